"""Programming: bringing devices to conductances by pulses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._binding import ffi, lib
from ._described import whole
from ._library import check, text
from ._planes import Floats
from ._progress import ProgressLike, progress_of
from ._voltages import pointer
from .errors import DefinitionError

__all__ = ["ProgramReport"]

METHODS = {text(lib.ohm_program_method_name(i)): i for i in range(lib.OHM_PROGRAM_METHODS)}
SELECTS = {text(lib.ohm_select_name(i)): i for i in range(lib.OHM_SELECTS)}


@dataclass(frozen=True)
class ProgramReport:
    """What came of it. Errors are read - target, as fractions of the model's conductance range."""

    devices: int
    reached: int
    """Those within the tolerance when last read."""
    pulses: int
    steps: int
    cycles: int
    error_mean: float
    error_std: float
    error_max: float


def program(crossbar: Any, target: Floats, method: str, tolerance: float, cycles: int, voltage: float, select: str,
            steps: int, progress: ProgressLike) -> ProgramReport:
    """Crossbar.program, of a target float32 [rows, cols]."""
    for name, table, what in ((method, METHODS, "method"), (select, SELECTS, "select")):
        if name not in table:
            raise DefinitionError(f"unknown {what} {name!r}; available: {', '.join(table)}")
    how, report = ffi.new("ohm_program *", lib.ohm_program_default()), ffi.new("ohm_program_report *")
    how.method, how.select, how.tolerance, how.voltage = METHODS[method], SELECTS[select], tolerance, voltage
    how.cycles, how.steps = whole(cycles, "cycles", (1 << 32) - 1), whole(steps, "steps")
    with progress_of(progress, target.size, "devices") as told:
        how.progress, how.context = lib.ohmscape_progress, told.handle
        status = lib.ohm_crossbar_program(crossbar, how, pointer(target), report)
        told.finish()
        check(status)
    return ProgramReport(**{name: getattr(report, name) for name in ProgramReport.__dataclass_fields__})
