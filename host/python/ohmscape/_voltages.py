"""Voltages that come from Python: arrays, and functions that are called a launch ahead."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from ._binding import ffi, lib
from ._library import Progress, check
from .errors import DefinitionError

Floats = npt.NDArray[np.float32]

# Of devices, or of the word lines and of the bit lines.
Voltages = Union[npt.ArrayLike, tuple[npt.ArrayLike, npt.ArrayLike]]
VoltageFunction = Callable[[int, int], Voltages]

LAUNCH_BYTES = 32 << 20  # of the voltages that a function is asked for at once,
LAUNCH_STEPS = 64  # and steps at most
HELD_STEPS = 1024  # between two looks for Ctrl-C


def floats(values: npt.ArrayLike, name: str = "an array") -> Floats:
    """Values as contiguous float32."""
    try:
        return np.ascontiguousarray(values, np.float32)
    except (TypeError, ValueError) as problem:
        raise DefinitionError(f"{name} cannot be made float32: {problem}") from problem


def pointer(values: npt.NDArray[Any], kind: str = "float *") -> Any:
    return ffi.cast(kind, values.ctypes.data)


def _mismatch(name: str, shape: tuple[int, ...], wanted: str) -> DefinitionError:
    return DefinitionError(f"{name} of shape {shape}, but it has to be {wanted}")


class Frames:
    """Voltages of some steps: [steps, rows, cols], or [steps, rows] and [steps, cols]; or held, without steps."""

    def __init__(self, voltages: Voltages, shape: tuple[int, int], name: str = "voltages") -> None:
        rows, cols = shape
        if isinstance(voltages, tuple):
            if len(voltages) != 2:
                raise DefinitionError(f"{name}: a tuple of {len(voltages)}, but it has to be (rows, cols)")
            wanted = f"([steps, {rows}], [steps, {cols}]) or ([{rows}], [{cols}])"
            self.parts = [floats(part, name) for part in voltages]
            tails: list[tuple[int, ...]] = [(rows,), (cols,)]
        else:
            wanted = f"[steps, {rows}, {cols}] or [{rows}, {cols}]"
            self.parts = [floats(voltages, name)]
            tails = [(rows, cols)]
        shapes = [part.shape for part in self.parts]
        held = shapes == tails
        stepped = all(s[1:] == t and len(s) == len(t) + 1 for s, t in zip(shapes, tails))
        if not held and not (stepped and len({s[0] for s in shapes}) == 1):
            raise _mismatch(name, shapes[0] if len(shapes) == 1 else tuple(shapes), wanted)  # type: ignore[arg-type]
        self.steps: int | None = None if held else shapes[0][0]
        if self.steps == 0:
            raise DefinitionError(f"{name} of 0 steps")

    def apply(self, crossbar: Any, first: int, steps: int) -> None:
        """Advances a crossbar by steps under these voltages, from the first-th on."""
        if self.steps is None:
            call = lib.ohm_crossbar_hold if len(self.parts) == 1 else lib.ohm_crossbar_hold_lines
            check(call(crossbar, steps, *(pointer(part) for part in self.parts)))
        else:
            call = lib.ohm_crossbar_apply if len(self.parts) == 1 else lib.ohm_crossbar_apply_lines
            check(call(crossbar, steps, *(pointer(part[first:]) for part in self.parts)))


class ArrayStimulus:
    """An array's voltages, which begin again after their last step, as those of the stimulus `file` do."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    def advance(self, crossbar: Any, shape: tuple[int, int], steps: int, progress: Progress) -> int:
        return self._go(crossbar, shape, lib.ohm_crossbar_step(crossbar), steps, progress)

    def from_first(self, crossbar: Any, shape: tuple[int, int], steps: int) -> None:
        """Begins with the first of the voltages, whatever the step."""
        self._go(crossbar, shape, 0, steps, Progress())

    def _go(self, crossbar: Any, shape: tuple[int, int], begin: int, steps: int, progress: Progress) -> int:
        done, most = 0, self.frames.steps
        while done < steps and progress.go_on(done, steps):
            at = 0 if most is None else (begin + done) % most
            count = min(steps - done, HELD_STEPS if most is None else min(most - at, _launch_steps(shape)))
            self.frames.apply(crossbar, at, count)
            done += count
        return done


def _launch_steps(shape: tuple[int, int]) -> int:
    return max(1, min(LAUNCH_STEPS, LAUNCH_BYTES // (4 * shape[0] * shape[1])))


class FunctionStimulus:
    """A function of (step, count), which gives the voltages of as many steps, while earlier ones are computed.

    It gives an array [count, rows, cols]; or [rows, cols], held for all of them; or a tuple of two for lines.
    """

    def __init__(self, function: VoltageFunction) -> None:
        self.function = function

    def _frames(self, step: int, count: int, shape: tuple[int, int]) -> Frames:
        name = f"the voltages of step {step}"
        frames = Frames(self.function(step, count), shape, name)
        if frames.steps not in (None, count):
            raise DefinitionError(f"{name} are of {frames.steps} steps, but {count} were asked for")
        return frames

    def advance(self, crossbar: Any, shape: tuple[int, int], steps: int, progress: Progress) -> int:
        begin, done = lib.ohm_crossbar_step(crossbar), 0
        each = _launch_steps(shape)
        count = min(each, steps)
        frames = self._frames(begin, count, shape) if steps else None
        with ThreadPoolExecutor(1, "ohmscape") as worker:  # which waits for the launch in any case
            while frames is not None and progress.go_on(done, steps):
                launch = worker.submit(frames.apply, crossbar, 0, count)
                ahead = min(each, steps - done - count)
                frames = self._frames(begin + done + count, ahead, shape) if ahead else None
                launch.result()
                done, count = done + count, ahead
        return done
