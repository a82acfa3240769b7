"""A user's program, which mypy --strict checks and nothing runs."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

import ohmscape


def mean_current(path: Path, v: npt.NDArray[np.float32]) -> float:
    with ohmscape.Crossbar.load(path, device="native") as x:
        done: int = x.advance(10, every=5, progress=lambda done, steps: done < steps)
        currents: npt.NDArray[np.float32] = x.read(v, dac=ohmscape.Converter(8), adc=8)
        x.state[0, :] = 0.5
        report: ohmscape.ProgramReport = x.program(np.full(x.shape, 1e-3))
        return float(currents.mean()) + done + report.error_mean + x.statistics().state_mean


def drive(step: int, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return np.full(4, float(step)), np.zeros(4)


try:
    x = ohmscape.Crossbar(4, stimulus=drive, init=np.eye(4), seed=np.random.default_rng(1).integers(9))
except ohmscape.OhmscapeError as refused:
    print(refused.message, refused.hint)
