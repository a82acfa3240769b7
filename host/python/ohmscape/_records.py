"""What crossbars tell about themselves: statistics, definitions, reports, and the series of their states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._binding import ffi, lib
from ._library import text, text_or_none

if TYPE_CHECKING:
    import pandas

__all__ = ["Definition", "Series", "Statistics", "Storage", "Terminals", "WiresReport"]

BINS: int = lib.OHM_HISTOGRAM_BINS

# A row of the series, as in ohm_series_row.
SERIES_TYPE = np.dtype([
    ("step", np.uint64), ("state_mean", np.float64), ("state_std", np.float64), ("state_min", np.float64),
    ("state_max", np.float64), ("histogram", np.uint64, (BINS,)),
])
SPIKE_TYPE = np.dtype([("step", np.uint64), ("neuron", np.uint32)], align=True)

assert SERIES_TYPE.itemsize == ffi.sizeof("ohm_series_row")
assert SPIKE_TYPE.itemsize == ffi.sizeof("ohm_spike")


@dataclass(frozen=True)
class Statistics:
    """Of all devices: the same digits on every device. States in their own unit, R in ohm, G in S."""

    state_min: float
    state_max: float
    state_mean: float
    state_std: float
    resistance_min: float
    resistance_max: float
    resistance_mean: float
    conductance_min: float
    conductance_max: float
    conductance_mean: float
    state_low: float
    """The valid range of the state, which the bins of the histogram divide."""
    state_high: float
    histogram: npt.NDArray[np.uint64]

    @classmethod
    def _of(cls, s: Any) -> Statistics:
        numbers = {name: getattr(s, name) for name in cls.__dataclass_fields__ if name != "histogram"}
        return cls(**numbers, histogram=np.frombuffer(ffi.buffer(s.histogram), np.uint64).copy())


def _lines(wires: str | None) -> str | None:
    """The text of wires; None where lines are ideal."""
    return None if wires == "none" else wires


@dataclass(frozen=True)
class Definition:
    """Everything that determines a run, with every parameter written out. dt in s."""

    rows: int
    cols: int
    dt: float
    seed: int
    model: str
    stimulus: str
    init: str
    flux: bool
    precision: str
    wires: str | None
    fuse: int
    lanes: int
    band_rows: int

    @classmethod
    def _of(cls, d: Any) -> Definition:
        return cls(
            rows=d.rows, cols=d.cols, dt=d.dt, seed=d.seed, model=text(d.model), stimulus=text(d.stimulus),
            init=text(d.initial), flux=d.track_flux, precision=text(lib.ohm_precision_name(d.precision)),
            wires=_lines(text_or_none(d.wires)), fuse=d.fuse, lanes=d.lanes, band_rows=d.band_rows,
        )


@dataclass(frozen=True)
class Storage:
    """Where the states (and the flux) are, in bytes: of a streamed crossbar, what visits the devices at a time, and
    what it rests in, the host's memory or a file. Steps are best taken at least pass_steps at a time."""

    streamed: bool
    visiting: int
    memory: int
    file: int
    folder: str
    pass_steps: int

    @classmethod
    def _of(cls, s: Any) -> Storage:
        return cls(bool(s.streamed), s.visiting_bytes, s.memory_bytes, s.file_bytes, text(s.folder), s.pass_steps)


@dataclass(frozen=True)
class WiresReport:
    """How circuits were solved: how many, passes over all cells, and the largest error relative to the largest."""

    solutions: int
    sweeps: int
    estimate: float

    @classmethod
    def _of(cls, r: Any) -> WiresReport:
        return cls(r.solutions, r.sweeps, r.estimate)


@dataclass(frozen=True)
class Terminals:
    """Voltages in V at the terminals in the last step, and currents in A out of the crossbar: [rows], [cols]."""

    row_voltage: npt.NDArray[np.float64]
    row_current: npt.NDArray[np.float64]
    col_voltage: npt.NDArray[np.float64]
    col_current: npt.NDArray[np.float64]


class Series(np.ndarray[Any, np.dtype[np.void]]):
    """The recorded statistics, a structured array with a row a record.

    Fields: step, state_mean, state_std, state_min, state_max, and histogram [256] over the range of the state.
    """

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame by step, without the histogram. Needs pandas."""
        import pandas

        names = [name for name in SERIES_TYPE.names or () if name != "histogram"]
        return pandas.DataFrame({name: np.asarray(self[name]) for name in names}).set_index("step")
