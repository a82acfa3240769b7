"""Creating a crossbar, its steps, changes and files."""

import copy
import json
import pickle
import warnings

import numpy as np
import pytest

import ohmscape


def test_defaults_are_the_librarys(make):
    x = make(5, 5)
    d = x.definition
    assert (x.shape, x.rows, x.cols) == ((5, 5), 5, 5)
    assert (d.model, d.stimulus, d.init) == ("sin-state:beta=0.5,r_on=0.1,r_off=10", "uniform:lo=-5,hi=5",
                                             "uniform:lo=0.1,hi=0.9")
    assert (x.dt, d.seed, x.step, x.precision, d.flux, d.wires) == (0.1, 7, 0, "single", False, None)
    assert ohmscape.Crossbar(6, device="native").shape == (6, 6)


def test_numbers_may_be_numpys(make):
    x = make(np.int64(4), np.uint8(6), seed=np.uint64(2**64 - 1))
    assert x.definition.seed == 2**64 - 1
    assert x.advance(np.int32(3)) == 3


def test_what_does_not_fit_is_streamed(make, tmp_path):
    x, y = make(300, 100), make(300, 100, memory=130 << 10, host_memory=0, scratch=tmp_path)
    assert not x.storage.streamed and y.storage.streamed and y.storage.pass_steps == 64
    assert (y.storage.file, y.storage.folder) == (300 * 128 * 4, str(tmp_path))
    for one in (x, y):
        one.advance(20)
    assert x.digest == y.digest and np.array_equal(x.state[90:200, 5:], y.state[90:200, 5:])
    y.save(tmp_path / "y.h5")
    z = ohmscape.Crossbar.load(tmp_path / "y.h5", device="native", memory=130 << 10)
    assert z.digest == x.digest and z.storage.streamed
    with pytest.raises(ohmscape.OutOfMemoryError, match="at least 128.0 KiB"):
        make(300, 100, memory=1000)
    with pytest.raises(ohmscape.OutOfMemoryError, match="needs 4.0 TiB"):
        make(1 << 20, 1 << 20, memory="all")


@pytest.mark.parametrize("arguments", [
    ("-n", 50, "-t", 30), ("--rows", 7, "--cols", 130, "-t", 11, "--seed", 5),
    ("-n", 33, "-t", 20, "--model", "yakopcic", "--flux"),
    ("-n", 20, "-t", 5, "--model", "soft-bounds", "--wires", "row=1,col=1"),
])
def test_the_digest_is_the_programs(program, arguments):
    shown = json.loads(program("run", "--json", "--device", "native", *arguments))
    x = ohmscape.Crossbar(shown["rows"], shown["cols"], model=shown["model"], stimulus=shown["stimulus"],
                          init=shown["init"], dt=shown["dt"], seed=shown["seed"], device="native",
                          flux="--flux" in arguments, wires=arguments[-1] if "--wires" in arguments else None)
    assert x.advance(shown["steps"]) == shown["steps"]
    assert x.digest == shown["digest"]
    s = x.statistics()
    assert s.state_mean == pytest.approx(shown["state"]["mean"], rel=1e-14)  # as many digits are printed
    assert s.resistance_max == pytest.approx(shown["resistance"]["max"], rel=1e-14)


def test_every_device_has_the_same_bits(make, opencl):
    x, y = make(70, 130), make(70, 130, device=opencl)
    for crossbar in (x, y):
        crossbar.advance(40)
    assert x.digest == y.digest
    assert (x.conductance[...] == y.conductance[...]).all()
    assert x.statistics().resistance_mean == y.statistics().resistance_mean
    with ohmscape.Crossbar(8, device="auto") as auto:
        assert auto.devices.info[0].type != "native"


def test_steps_in_parts_are_the_same_steps(make):
    x, y = make(), make()
    x.advance(50)
    for part in (1, 20, 0, 29):
        assert y.advance(part) == part
    assert x.step == y.step == 50 and x.digest == y.digest


def test_statistics_are_those_of_the_states(make):
    x = make()
    x.advance(20)
    s, w = x.statistics(), x.state[...].astype(float)
    assert s.state_min == w.min() and s.state_max == w.max()
    assert s.state_mean == pytest.approx(w.mean(), abs=1e-6) and s.state_std == pytest.approx(w.std(), abs=1e-6)
    assert s.histogram.sum() == w.size and (s.state_low, s.state_high) == (0, 1)
    assert s.conductance_max == x.conductance.max()


# ---- Progress, series -----------------------------------------------------------------------------


def test_progress_is_told_and_can_stop(make):
    x = make(500, 500)
    told = []
    assert x.advance(3000, progress=lambda done, steps: told.append((done, steps)) or len(told) < 2) < 3000
    assert len(told) >= 2 and told[0][1] == 3000 and x.step < 3000
    with pytest.raises(ZeroDivisionError):
        x.advance(3000, progress=lambda done, steps: 1 // 0)
    assert x.advance(2) == 2  # and all else works
    with pytest.raises(ohmscape.DefinitionError, match="progress"):
        x.advance(2, progress=3)


def test_progress_is_drawn(make, capsys):
    make(400, 400).advance(600, progress=True, every=100)
    shown = capsys.readouterr().err
    assert "/600 steps" in shown and "s left" in shown and shown.endswith("\r")


def test_a_crossbar_may_not_be_used_within_its_own_call(make):
    x = make(300, 300)
    with pytest.raises(ohmscape.UseError, match="during a call") as raised:
        x.advance(5000, progress=lambda done, steps: x.digest)
    assert "returned" in raised.value.hint
    steps = []
    x.advance(1000, progress=lambda done, steps_: steps.append(x.step))  # what only looks may be used
    assert steps


def test_a_limit_of_time_holds(make):
    x = make(300, 300)
    done = x.advance(10**9, seconds=0.05)
    assert 0 < done < 10**9 and x.step == done
    assert x.advance(10**9, seconds=0.2, every=1000) < 10**9


def test_a_series_is_recorded(make):
    x = make()
    assert len(x.series) == 0
    x.advance(25, every=10)
    x.advance(10, every=10)
    x.record()
    s = x.series
    assert list(s["step"]) == [10, 20, 30, 35]
    assert s["state_mean"][-1] == x.statistics().state_mean
    assert (s["histogram"].sum(axis=1) == x.rows * x.cols).all()
    with pytest.raises(ohmscape.DefinitionError, match="every is 0"):
        x.advance(5, every=0)


def test_a_series_becomes_a_data_frame(make):
    pytest.importorskip("pandas", reason="no pandas")
    x = make()
    x.advance(20, every=10)
    frame = x.series.to_pandas()
    assert list(frame.index) == [10, 20] and "histogram" not in frame
    assert frame["state_mean"].iloc[1] == x.series["state_mean"][1]


# ---- Voltages from Python -------------------------------------------------------------------------


def frames(steps, shape):
    return np.random.default_rng(3).uniform(-2, 2, (steps, *shape)).astype(np.float32)


def test_an_array_is_a_stimulus(make):
    v = frames(5, (37, 90))
    x, y, z = make(stimulus=v), make(), make()
    x.advance(3)
    x.advance(9)  # and begins again
    y.apply(np.concatenate([v, v, v[:2]]))
    assert x.digest == y.digest and x.step == y.step == 12
    z.apply(v[0], 4)
    w = make(stimulus=v[0])
    assert w.advance(4) == 4 and w.digest == z.digest
    assert np.array_equal(z.voltage[...], v[0])


def test_lines_are_a_stimulus(make):
    rows, cols = frames(4, (37,)), frames(4, (90,)) / 2
    x, y = make(stimulus=(rows, cols)), make()
    x.advance(4)
    y.apply(rows[:, :, None] - cols[:, None, :])
    assert x.digest == y.digest
    z = make()
    z.apply((rows[0], cols[0]), 2)
    y = make(stimulus=(rows[0], cols[0]))
    y.advance(2)
    assert z.digest == y.digest


def test_a_function_is_a_stimulus_and_asked_ahead(make):
    v = frames(200, (37, 90))
    asked = []

    def function(step, count):
        asked.append((step, count, x.step))
        return v[step : step + count]

    x, y = make(stimulus=function), make()
    assert x.advance(70) == 70 and x.advance(130) == 130
    y.apply(v)
    assert x.digest == y.digest
    assert [step for step, _, _ in asked] == [0, 64, 70, 134, 198]
    assert asked[1][2] <= 64  # while the steps before it were computed, or were about to be


def test_a_function_is_refused_by_what_it_gives(make):
    x = make(stimulus=lambda step, count: np.zeros((3, 37, 90)))
    with pytest.raises(ohmscape.DefinitionError, match="of 3 steps, but 5"):
        x.advance(5)
    with pytest.raises(ohmscape.DefinitionError, match=r"\[steps, 37, 90\] or \[37, 90\]"):
        make(stimulus=lambda step, count: np.zeros(3)).advance(5)
    with pytest.raises(KeyError):
        make(stimulus=lambda step, count: {}["v"]).advance(5)
    with pytest.raises(ohmscape.DefinitionError, match=r"\[0, 1, 2\]"):
        bad = np.zeros((1, 37, 90))
        bad[0, 1, 2] = np.nan
        make().apply(bad)


def test_a_stimulus_is_changed(make):
    x, y = make(stimulus=frames(2, (37, 90))), make()
    x.advance(2)
    x.change(stimulus="constant:value=1")
    y.apply(frames(2, (37, 90)))
    y.change(stimulus="constant:value=1")
    for crossbar in (x, y):
        crossbar.advance(3)
    assert x.digest == y.digest and x.history[-1] == (2, "constant:value=1")
    x.change(stimulus=lambda step, count: np.ones((37, 90)))
    y.advance(2)
    x.advance(2)
    assert x.digest == y.digest


# ---- Changes --------------------------------------------------------------------------------------


def test_parameters_are_numbers(make):
    x, y = make(), make(model="sin-state:beta=0.25")
    assert x.parameters["beta"] == 0.5 and "beta" in x.parameters and dict(x.stimulus_parameters) == {"lo": -5, "hi": 5}
    x.parameters["beta"] = 0.25
    x.stimulus_parameters["hi"] = 4
    y.change(stimulus="uniform:hi=4")
    for crossbar in (x, y):
        crossbar.advance(5)
    assert x.digest == y.digest
    with pytest.raises(KeyError):
        x.parameters["gamma"]
    with pytest.raises(ohmscape.DefinitionError, match="beta=2e\\+06 is outside"):
        x.parameters["beta"] = 2e6
    with pytest.raises(TypeError):
        del x.parameters["beta"]
    assert len(x.parameters) == len(list(x.parameters)) and "beta" in repr(x.parameters)


def test_restart_step_note_fuse_spread(make):
    x, y = make(model="yakopcic:a1=0.17~normal:0.01"), make(model="yakopcic:a1=0.17~normal:0.01")
    before = x.digest
    x.advance(9)
    x.restart()
    assert x.step == 0 and x.digest == before
    x.restart(8)
    assert x.digest != before and x.definition.seed == 8
    y.step = 40
    assert y.step == 40
    y.note = "weights of Ω"
    assert y.note == "weights of Ω"
    y.note = ""
    assert y.note == ""
    y.set_fuse(3)
    assert y.definition.fuse == 3
    y.set_spread("a1", 0.02)
    assert "a1=0.17~normal:0.02" in y.definition.model
    with pytest.raises(ohmscape.DefinitionError):
        y.set_spread("a2", 0.02)


def test_initial_states_come_from_arrays(make, tmp_path, rng):
    u = rng.random((37, 90)).astype(np.float32)
    np.save(tmp_path / "u.npy", u)
    for model in ("sin-state", "sin-resistance", "stanford-pku"):
        x, y = make(model=model, init=u), make(model=model, init=f"file:path={tmp_path}/u.npy")
        assert x.digest == y.digest
    assert (make(init=0.25).state[...] == 0.25).all()
    assert (make(init=u[0]).state[5] == u[0]).all()  # broadcast
    x.set_initial(np.zeros((37, 1)))
    assert x.conductance.max() == pytest.approx(x.nominal_range[0], rel=1e-5)
    with pytest.raises(ohmscape.DefinitionError, match=r"init of shape \(3,\)"):
        make(init=[0.1, 0.2, 0.3])
    with pytest.raises(ohmscape.DefinitionError, match="cannot be made float32"):
        make(init=["a"])
    with pytest.raises(ohmscape.DefinitionError, match=r"the initial state \[0, 0\] is 2"):
        make(init=2)


def test_idle_times_drift(make):
    x = make(model="soft-bounds:drift_nu=0.05")
    before = x.conductance.mean()
    x.idle(1e6)
    assert x.idle_time == 1e6 and x.conductance.mean() < before
    x.advance(1)
    assert x.idle_time == 0


def test_pulses_and_outer_products(make, rng):
    x, y = make(model="soft-bounds:dw_min=0.001,w_min=-0.6,w_max=0.6,up_down=0"), make()
    rows, cols = np.full(37, 0b11, np.uint32), np.zeros(90, np.uint32)
    cols[:10] = 0b01
    before = x.state[...]
    assert x.pulse(1, rows, cols, slots=2) == 370 and x.step == 2
    moved = x.state[...] != before
    assert moved[:, :10].all() and not moved[:, 10:].any()
    u, v = rng.normal(0, 0.1, 37).astype("f4"), rng.normal(0, 0.1, 90).astype("f4")
    before = y.state[...]
    y.add_outer(u, v)
    assert np.allclose(y.state[...], np.clip(before + np.outer(u, v), 0, 1), atol=1e-6)
    with pytest.raises(ohmscape.DefinitionError, match=r"row_values of shape \(3,\)"):
        y.add_outer([1, 2, 3], v)
    with pytest.raises(ohmscape.DefinitionError, match="slots"):
        x.pulse(1, rows, cols, slots=99)


def test_precision_and_flux(make):
    x = make(model="linear-ion-drift", precision="extended", flux=True)
    x.advance(30)
    assert x.precision == "extended" and x.rest_digest != "0" * 16 and x.step_loss >= 0
    exact = x.exact("state")
    assert exact.dtype == np.float64 and (exact.astype("f4") == x.state[...]).all()
    assert np.allclose(x.exact("flux"), x.flux[...], atol=1e-6)
    with pytest.raises(ohmscape.DefinitionError, match="does not track the flux") as raised:
        make().flux
    assert "flux=True" in raised.value.hint
    with pytest.raises(ohmscape.DefinitionError):
        make().exact("flux")


def test_a_long_time_step_is_warned_of():
    with pytest.warns(ohmscape.DefinitionWarning) as caught:
        x = ohmscape.Crossbar(3, model="stanford-pku:substeps=1", device="native")
    assert x.warnings == [str(w.message) for w in caught] and caught[0].filename == __file__


# ---- Files and the object -------------------------------------------------------------------------


def test_a_file_goes_on_to_the_same_bits(make, tmp_path, program):
    x = make(model="yakopcic", flux=True)
    x.advance(30, every=10)
    x.note = "half-way"
    x.save(tmp_path / "x.h5")
    y = ohmscape.Crossbar.load(str(tmp_path / "x.h5"), device="native")
    assert (y.step, y.note, y.digest, y.definition.model) == (30, "half-way", x.digest, x.definition.model)
    assert (y.series == x.series).all()
    for crossbar in (x, y):
        crossbar.advance(7)
    assert x.digest == y.digest
    found = ohmscape.info(tmp_path / "x.h5")
    assert (found.step, found.definition.rows, found.series_rows, found.version) == (30, 37, 3, ohmscape.__version__)
    shown = json.loads(program("run", "--json", "--device", "native", "--from", tmp_path / "x.h5", "-t", 7))
    assert shown["digest"] == x.digest
    x.save_series(tmp_path / "series.h5")
    with pytest.raises(ohmscape.BadFileError):
        ohmscape.Crossbar.load(tmp_path / "series.h5", device="native")


def test_a_crossbar_is_a_context(make):
    with make() as x:
        x.advance(1)
    assert repr(x) == "<ohmscape.Crossbar, closed>" == x._repr_html_()
    for use in (x.statistics, lambda: x.step, lambda: x.advance(1), lambda: x.state[0, 0], lambda: x.memory()):
        with pytest.raises(ohmscape.UseError, match="closed"):
            use()
    x.close()


def test_copies_are_refused_with_a_hint(make):
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"\.save\(path\)"):
            attempt(make())
    with pytest.raises(TypeError, match="selector"):
        pickle.dumps(ohmscape.Devices("native"))


def test_it_says_what_it_is(make):
    x = make(300, 400)
    x.advance(3)
    assert "300 x 400, sin-state:beta=0.5" in repr(x) and "at step 3 on " in repr(x) and "(native)" in repr(x)
    html = x._repr_html_()
    assert "data:image/png;base64," in html and x.digest in html and "conductance" in html


def test_devices_are_shared_and_listed(make):
    native = ohmscape.Devices("native")
    x, y = make(device=native), make(device=native)
    assert x.devices is y.devices is native and native.info[0].id == "native" and "native" in repr(native)
    assert native.fallback is None
    assert ohmscape.devices()[0].type == "native"
    with make(70, 65, device="native,native") as split:
        split.advance(5)
        whole = make(70, 65)
        whole.advance(5)
        assert split.digest == whole.digest


def test_threads_of_the_engine_never_change_a_result(make):
    x = make(300, 300)
    ohmscape.set_threads(1)
    try:
        x.advance(10)
    finally:
        ohmscape.set_threads(0)
    y = make(300, 300)
    y.advance(10)
    assert x.digest == y.digest
    with pytest.raises(ohmscape.DefinitionError):
        ohmscape.set_threads(-1)


def test_spiking_networks(make):
    x = make(40, 10, model="soft-bounds", stimulus="spiking:rate=200")
    x.set_rates(np.ones(40))
    x.advance(400)
    spikes = x.spikes
    counts = np.bincount(spikes["neuron"], minlength=10)
    assert (counts == x.neurons("spikes")).all() and counts.sum() > 0
    assert len(x.neurons()) == 10 and (x.neurons("threshold") > -0.1).all()
    x.set_rates(None)
    with pytest.raises(ohmscape.DefinitionError, match="fraction|from 0 to 1"):
        x.set_rates(np.full(40, 2))
    with pytest.raises(ohmscape.DefinitionError, match="unknown quantity of neurons"):
        x.neurons("colour")
    with pytest.raises(ohmscape.DefinitionError):
        make().neurons()


def test_nothing_is_warned_of_by_default():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ohmscape.Crossbar(4, device="native").advance(2)
