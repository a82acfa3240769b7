"""Matrices on tiles."""

import numpy as np
import pytest

import ohmscape

IDEAL = "soft-bounds:w_min=-0.6,w_max=0.6"


@pytest.mark.parametrize("model", [IDEAL, "sin-state", "yakopcic", "linear-step:w_min=-0.6,w_max=0.6",
                                   "stanford-pku", "vteam"])
def test_a_matrix_is_multiplied(model, rng):
    w, x = rng.normal(size=(70, 21)), rng.normal(size=(4, 3, 70))
    with ohmscape.Tiles(w, model=model, tile=(32, 16)) as tiles:
        assert [len(line) for line in tiles.crossbars] == [3, 3, 3] and tiles.crossbars[2][2].shape == (6, 10)
        assert np.allclose(tiles.weights, w, atol=1e-3)
        y = x @ tiles
        assert y.shape == (4, 3, 21) and np.allclose(y, x @ tiles.weights, atol=1e-3)
        assert np.allclose(tiles.matmul_transposed(y), y @ tiles.weights.T, atol=1e-2)
        assert (np.zeros(70) @ tiles == 0).all()
        assert "70 x 21 on 3 x 3 crossbars" in repr(tiles)
    assert "closed" in repr(tiles)


def test_pulses_program_them(rng):
    w = rng.normal(size=(20, 8))
    tiles = ohmscape.Tiles(w, model=IDEAL, method="ispp", program={"tolerance": 0.01})
    assert tiles.reports[0].devices == 320 and np.quantile(abs(tiles.weights - w), 0.95) < 0.03 * abs(w).max()
    tiles.program(-w)
    assert np.quantile(abs(tiles.weights + w), 0.95) < 0.03 * abs(w).max()


def test_converters_noise_wires_and_drift_are_felt(rng):
    w, x = rng.normal(size=(64, 16)), rng.normal(size=(50, 64))
    exact = x @ ohmscape.Tiles(w, model=IDEAL)

    def error(**how):
        return np.abs(x @ ohmscape.Tiles(w, **{"model": IDEAL, **how}) - exact).mean()

    assert 1e-4 < error(dac=8) < error(dac=4)
    assert error(dac=8, adc=8) < error(dac=8, adc=4)
    assert error(wires="row=1,col=1") > 1e-3
    noisy = ohmscape.Tiles(w, model=IDEAL + ",read_noise=0.1")
    assert not np.array_equal(x @ noisy, x @ noisy)  # every reading has noise of its own
    drifting = ohmscape.Tiles(w, model=IDEAL + ",drift_nu=0.05")
    before = x @ drifting
    drifting.idle(1e6)
    assert np.abs(x @ drifting).mean() < np.abs(before).mean()


def test_tiles_are_refused(rng):
    for w in (np.zeros(3), np.zeros((0, 3)), np.full((2, 2), np.nan)):
        with pytest.raises(ohmscape.DefinitionError, match="weights"):
            ohmscape.Tiles(w)
    with pytest.raises(ohmscape.DefinitionError, match="a pair"):
        ohmscape.Tiles(np.eye(3), tile=(3, 1))
    tiles = ohmscape.Tiles(np.eye(3))
    with pytest.raises(ohmscape.DefinitionError, match=r"x of shape \(4,\)"):
        np.zeros(4) @ tiles
    with pytest.raises(ohmscape.DefinitionError, match="these are"):
        tiles.program(np.eye(4))
    assert np.allclose(ohmscape.Tiles(np.zeros((2, 2)), model=IDEAL).weights, 0)
