"""Training, as `ohmscape train` does it."""

import json

import numpy as np
import pytest

import ohmscape


@pytest.fixture
def points(tmp_path, rng):
    x = rng.uniform(-1, 1, (800, 3))
    x = x[np.abs(x[:, :2] @ [1, 2] - 0.1) > 0.3][:300]
    path = tmp_path / "points.csv"
    np.savetxt(path, np.column_stack([x, x[:, :2] @ [1, 2] > 0.1]), fmt="%.4f", delimiter=",")
    return path


def test_a_network_is_trained_saved_and_goes_on(points, tmp_path, program):
    how = {"data": points, "update": "stochastic", "rate": 0.05, "range": 2, "epochs": 8}
    (tmp_path / "net.ini").write_text("data = points.csv\n" + "".join(f"{k} = {v}\n" for k, v in list(how.items())[1:]))
    with ohmscape.Training(**how) as t, ohmscape.Training(tmp_path / "net.ini") as u:
        assert t.layers == [(3, 2)] and not t.is_over and t.picture == (1, 3)
        told = []
        assert t.advance(500, progress=lambda done, samples: told.append(done)) == 500 == t.samples
        assert len(told) > 1
        t.save(tmp_path / "net.h5")
        assert t.advance() == t.all_samples - 500 and t.is_over and t.advance() == 0
        u.advance()
        accuracy, loss = t.evaluate()
        assert accuracy > 0.9 and loss < 0.6
        assert len(t.records) == 8 and t.records[-1].pulses > 100 and t.records[-1].test_accuracy > 0.9
        assert t.confusion.sum() == 60 and t.weights(0).shape == (3, 2)
        assert np.array_equal(t.weights(0), u.weights(0))
        assert "Training 3-2" in repr(t)
        layer = t.crossbar(0)
        pairs = layer.conductance[:3]  # without the bias
        weights = (pairs[:, 0::2] - pairs[:, 1::2]).astype(float)
        assert layer.shape == (4, 4) and "4 x 4" in repr(layer)
        assert np.corrcoef(weights.ravel(), t.weights(0).ravel())[0, 1] > 0.9999
        again = ohmscape.Training.load(tmp_path / "net.h5")
        assert again.samples == 500
        again.advance()
        assert np.array_equal(again.weights(0), t.weights(0))
        again.record()
        u.save(tmp_path / "end.h5")
        shown = json.loads(program("test", tmp_path / "end.h5", "--json"))
        assert shown["test_accuracy"] == u.records[-1].test_accuracy


def test_trainings_are_refused(points, tmp_path):
    with pytest.raises(ohmscape.DefinitionError, match="either a training file or its keys"):
        ohmscape.Training()
    with pytest.raises(ohmscape.FileError):
        ohmscape.Training(tmp_path / "none.ini")
    with pytest.raises(ohmscape.OhmscapeError):
        ohmscape.Training(data=points, update="magic")
    t = ohmscape.Training(data=points)
    with pytest.raises(ohmscape.DefinitionError, match="layer 7"):
        t.weights(7)
    with pytest.raises(TypeError):
        t.__reduce__()
    layer = t.crossbar(0)
    t.close()
    t.close()
    assert len(layer.digest) == 16  # it keeps what it is of
    with pytest.raises(ohmscape.DefinitionError, match="layer -1"):
        ohmscape.Training(data=points).crossbar(-1)
    assert repr(t) == "<ohmscape.Training, closed>"
    with pytest.raises(ohmscape.UseError):
        t.advance()
