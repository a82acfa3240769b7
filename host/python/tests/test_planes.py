"""Planes as arrays: indexing, writing, computing, views of the memory, and exchange with other libraries."""

import gc

import numpy as np
import pytest

import ohmscape

KEYS = [
    np.s_[...], np.s_[:], np.s_[3], np.s_[-1], np.s_[3, 5], np.s_[-2, -3], np.s_[2:9], np.s_[2:9, 4:70], np.s_[:, 7],
    np.s_[::3], np.s_[::-1], np.s_[5::-2, 80:2:-7], np.s_[..., 4], np.s_[4, ...], np.s_[2:2], np.s_[:, 50:3],
    np.s_[-5:, -200:4], np.s_[[1, 4, 9]], np.s_[[1, 4], [2, 80]], np.s_[:, [3, 1]], np.s_[None, 2:4],
    np.s_[np.int64(2)],
    np.s_[2:9, ..., 3:5],
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_indices_are_numpys(make, key):
    x = make()
    x.advance(3)
    everything = x.state[...]
    found, expected = x.state[key], everything[key]
    assert np.array_equal(found, expected) and np.shape(found) == np.shape(expected)
    assert np.array_equal(x.conductance[key], x.conductance[...][key])
    if isinstance(found, np.ndarray):
        assert found.flags.writeable  # a copy
        found[...] = -1
        assert np.array_equal(x.state[...], everything)


@pytest.mark.parametrize("precision", ["single", "extended"])
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_assignments_are_numpys_and_touch_nothing_else(make, key, precision):
    x = make(precision=precision)
    x.advance(20)
    expected, rest = x.state[...], x.exact()
    value = np.random.default_rng(2).random(np.shape(expected[key])).astype(np.float32)
    x.state[key] = value
    expected[key] = value
    assert np.array_equal(x.state[...], expected)
    untouched = np.ones(expected.shape, bool)
    untouched[key] = False
    assert np.array_equal(x.exact()[untouched], rest[untouched])  # to the last bit
    x.state[key] = 0.5
    expected[key] = 0.5
    assert np.array_equal(x.state[...], expected)


def test_masks_and_broadcasts(make):
    x = make()
    mask = x.state[...] > 0.5
    x.state[mask] = 0
    assert x.state.max() <= 0.5 and np.array_equal(x.state[mask], np.zeros(mask.sum()))
    x.state = np.arange(90) / 100
    assert np.array_equal(x.state[5], (np.arange(90) / 100).astype("f4"))
    x.state[3:5, 2:4] = [[0.1], [0.2]]
    assert np.allclose(x.state[3:5, 2:4], [[0.1, 0.1], [0.2, 0.2]])
    with pytest.raises(ValueError):
        x.state[3:5] = np.zeros((3, 90))
    for bad in (37, -38, (0, 90)):
        with pytest.raises(IndexError):
            x.state[bad]
    with pytest.raises(IndexError):
        x.state[0, 0, 0]


def test_states_outside_their_range_are_refused(make):
    x = make()
    before = x.digest
    with pytest.raises(ohmscape.DefinitionError, match=r"the state \[0, 1\] is 2"):
        x.state[5, 2:4] = [0.5, 2]
    with pytest.raises(ohmscape.DefinitionError, match="is nan|is -nan"):
        x.state[...] = np.nan
    large = np.full((37, 90), 0.5, np.float32)
    large[36, 89] = 7
    with pytest.raises(ohmscape.DefinitionError, match=r"the state \[36, 89\] is 7"):
        x.state = large
    assert x.digest == before
    with pytest.raises(TypeError, match="follows from the states"):
        x.resistance[0] = 1


def test_planes_compute_like_arrays(make):
    x = make()
    w = x.state[...]
    assert np.array_equal(x.state * 2, w * 2) and np.array_equal(1 - x.state, 1 - w)
    assert np.array_equal(np.sqrt(x.state), np.sqrt(w)) and np.array_equal(x.state > 0.5, w > 0.5)
    assert np.array_equal(x.state + x.resistance, w + x.resistance[...])
    assert np.mean(x.state) == w.mean() == x.state.mean() and np.add.reduce(x.state).shape == (90,)
    assert x.state.sum(axis=0).shape == (90,) and x.state.std() == w.std() and x.state.min() == w.min()
    out = np.empty_like(w)
    assert np.add(x.state, 1, out=out) is out and np.array_equal(out, w + 1)
    x.state *= 0.5
    assert np.array_equal(x.state[...], w * np.float32(0.5))
    x.state = x.state
    assert (len(x.state), x.state.shape, x.state.size, x.state.nbytes, x.state.ndim) == (37, (37, 90), 3330, 13320, 2)
    assert x.state.dtype == np.float32 and [row.shape for row in x.state] == [(90,)] * 37
    assert np.asarray(x.state, np.float64).dtype == np.float64 and np.array(x.state).shape == (37, 90)
    assert "state, float32 [37, 90]" in repr(x.state) and "in ohm" in repr(x.resistance)


def test_an_extended_state_is_kept_by_assigning_it_to_itself(make):
    x = make(precision="extended")
    x.advance(20)
    rest = x.rest_digest
    x.state = x.state
    assert x.rest_digest == rest


def test_quantities_are_what_the_states_say(make):
    x = make(model="sin-state:r_on=1,r_off=100", flux=True)
    x.advance(6)
    w = x.state[...].astype(float)
    assert np.allclose(x.resistance[...], w * 1 + 100 * (1 - w), rtol=1e-5)
    assert np.allclose(x.conductance[...] * x.resistance[...], 1, rtol=1e-5)
    v = x.voltages(5)
    assert np.array_equal(x.voltage[...], v)
    assert np.allclose(x.current[...], v * x.conductance[...], rtol=1e-4, atol=1e-8)
    assert np.allclose(x.currents(v), x.current[...]) and np.allclose(x.currents(0.5), 0.5 * x.conductance[...])
    assert np.allclose(x.flux[...], sum(x.voltages(t) for t in range(6)) * x.dt, atol=1e-5)
    probe = x.probe(3, 80)
    assert (probe.state, probe.voltage, probe.flux) == (x.state[3, 80], v[3, 80], x.flux[3, 80])
    assert np.isnan(probe.word_line) and np.array_equal(x.plane("resistance")[...], x.resistance[...])
    with pytest.raises(ohmscape.DefinitionError, match="unknown quantity 'charge'; available: resistance"):
        x.plane("charge")
    with pytest.raises(ohmscape.DefinitionError):
        x.probe(37, 0)
    with pytest.raises(ohmscape.DefinitionError, match=r"voltage of shape \(4,\)"):
        x.currents(np.zeros(4))


# ---- Memory ---------------------------------------------------------------------------------------


def test_the_memory_is_not_copied(make):
    x = make()
    view = x.memory()
    assert view.shape == (37, 90) and not view.flags.writeable and np.shares_memory(view, x.memory())
    x.advance(5)
    assert np.array_equal(view, x.state[...])
    x.memory(writeable=True)[4, 5] = 0.125
    assert x.state[4, 5] == 0.125 == view[4, 5]
    with pytest.raises(ValueError):
        view[0, 0] = 1
    assert np.shares_memory(np.asarray(x.memory()), view)
    assert not np.shares_memory(np.asarray(x.state), view)


def test_the_memory_outlives_the_crossbar():
    x = ohmscape.Crossbar(300, 301, device="native", init=0.25)
    view = x.memory()
    x.close()
    del x
    gc.collect()
    assert (view == 0.25).all()


def test_memory_in_parts_or_elsewhere_is_refused(make, opencl):
    for x in (make(200, 5, band_rows=64), make(device=opencl)):
        with pytest.raises(ohmscape.DefinitionError, match="not in one piece") as raised:
            x.memory()
        assert "native" in raised.value.hint
        with pytest.raises(BufferError):
            x.__dlpack__()
        with pytest.raises(BufferError):
            x.__dlpack_device__()
        assert np.asarray(x).shape == x.shape


def test_a_crossbar_becomes_an_array(make):
    x = make()
    assert np.array_equal(np.asarray(x), x.state[...]) and np.asarray(x, np.float64).dtype == np.float64
    assert not np.shares_memory(np.array(x), x.memory())
    assert np.shares_memory(x.__array__(copy=False), x.memory())
    with pytest.raises(ValueError):
        x.__array__(np.float64, copy=False)
    with pytest.raises(ValueError):
        x.state.__array__(copy=False)


@pytest.mark.skipif(int(np.__version__.split(".")[0]) < 2, reason="NumPy 1 does not ask for copies")
def test_numpy_2_asks_whether_to_copy(make):
    x = make()
    assert np.shares_memory(np.asarray(x, copy=False), x.memory())
    with pytest.raises(ValueError):
        np.asarray(x.state, copy=False)


def test_dlpack_shares_the_memory(make):
    x = make()
    assert x.__dlpack_device__() == (1, 0)
    shared = np.from_dlpack(x)
    assert np.shares_memory(shared, x.memory()) and np.array_equal(shared, x.state[...])
    x.advance(2)
    assert np.array_equal(shared, x.state[...])
    with pytest.raises(BufferError):
        x.__dlpack__(stream=1)
    kept = np.from_dlpack(ohmscape.Crossbar(20, device="native", init=0.5))
    gc.collect()
    assert (kept == 0.5).all()


# ---- Pictures -------------------------------------------------------------------------------------


def test_views_are_reduced_pictures(make):
    x = make(64, 128)
    image = x.view("state", size=(32, 16))
    means = x.state[...].reshape(16, 4, 32, 4).mean(axis=(1, 3))
    assert image.dtype == np.float32 and np.allclose(image, means, atol=1e-6)
    assert np.array_equal(x.view(), x.state[...])
    assert np.array_equal(x.view("resistance", rows=(10, 20), cols=(5, 6)), x.resistance[10:20, 5:6])
    assert np.array_equal(x.view(size=(32, 16), reduction="max"), x.state[...].reshape(16, 4, 32, 4).max(axis=(1, 3)))
    assert np.isnan(x.view(rows=(-1, 3), size=(128, 4))[0]).all()
    for how, part in (({"quantity": "x"}, "unknown quantity"), ({"reduction": "sum"}, "unknown reduction"),
                      ({"size": (0, 5)}, "."), ({"size": (20000, 5)}, "."),
                      ({"colormap": "rainbow"}, "unknown colour map"),
                      ({"quantity": "flux"}, ".")):
        with pytest.raises(ohmscape.DefinitionError, match=part):
            x.view(**how)


def test_views_have_colours(make):
    x = make(8, 8, init=np.linspace(0, 1, 64).reshape(8, 8))
    picture = x.view(colormap="viridis", limits=(0, 1))
    assert picture.dtype == np.uint8 and picture.shape == (8, 8, 3)
    assert tuple(picture[0, 0]) == (68, 1, 84) and tuple(picture[7, 7]) == (253, 231, 37)
    assert (x.view(colormap="gray")[..., 0] == x.view(colormap="gray")[..., 2]).all()
    x.view("resistance", colormap="magma", log=True)
    with pytest.raises(ohmscape.DefinitionError, match="logarithmic"):
        x.view(colormap="magma", log=True)
    assert (x.view("voltage", colormap="cividis") == 255).all()  # no value before the first step
    image = pytest.importorskip("PIL.Image", reason="no PIL")
    drawn = x.view(colormap="viridis", limits=(0, 1), pil=True)
    assert isinstance(drawn, image.Image) and drawn.getpixel((7, 7)) == (253, 231, 37)


def test_colour_maps_are_matplotlibs():
    matplotlib = pytest.importorskip("matplotlib", reason="no matplotlib")
    from ohmscape import _pictures

    for name in ("viridis", "magma", "cividis", "gray"):
        theirs = matplotlib.colormaps[name](np.arange(256), bytes=True)[:, :3].astype(int)
        assert abs(_pictures.colormap(name).astype(int) - theirs).max() <= 1


def test_png_is_read_by_others(make, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="no PIL")
    from ohmscape import _pictures

    picture = make(5, 7).view(colormap="magma")
    (tmp_path / "p.png").write_bytes(_pictures.png(picture))
    assert np.array_equal(np.asarray(image.open(tmp_path / "p.png")), picture)
    assert _pictures.magnified(picture, 70).shape == (50, 70, 3)
