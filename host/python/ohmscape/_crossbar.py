"""The crossbar: creating it, its steps, changes, and files. What is read of it is in _measured.py."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

from ._binding import ffi, lib
from ._described import whole
from ._devices import Devices
from ._handle import Handle
from ._library import Progress, check, encoded, files, text
from ._measured import Measured
from ._planes import Floats
from ._progress import ProgressLike, progress_of
from ._voltages import ArrayStimulus, Frames, FunctionStimulus, VoltageFunction, Voltages, floats, pointer
from .errors import DefinitionError, DefinitionWarning

__all__ = ["Crossbar"]

Path = Union[str, "os.PathLike[str]"]
PRECISIONS = {"auto": lib.OHM_PRECISION_AUTO, "single": lib.OHM_PRECISION_SINGLE,
              "extended": lib.OHM_PRECISION_EXTENDED}


def opened(device: str | Devices) -> Devices:
    return device if isinstance(device, Devices) else Devices(device)


RESIDENT = (1 << 64) - 1  # OHM_RESIDENT


def _bytes(value: int | None, name: str, automatic: int) -> int:
    return automatic if value is None else whole(value, name)


def _memory(d: Any, memory: int | Literal["all"] | None, host_memory: int | None) -> None:
    d.memory = RESIDENT if memory == "all" else _bytes(memory, "memory", 0)
    d.host_memory = _bytes(host_memory, "host_memory", RESIDENT)


def _speed(d: Any, fuse: int, lanes: int, band_rows: int, scratch: Any) -> None:
    d.fuse = whole(fuse, "fuse", (1 << 32) - 1)
    d.lanes = whole(lanes, "lanes", (1 << 32) - 1)
    d.band_rows = whole(band_rows, "band_rows")
    d.scratch = scratch


class Crossbar(Measured):
    """A crossbar of rows x cols memristors whose states advance step by step.

    Parameters
    ----------
    rows, cols : numbers of word lines and bit lines. Without cols the crossbar is square.
    model, wires : texts NAME, NAME@PRESET or NAME:key=value,...; `ohmscape.catalogue()` has all of them.
    dt : the time step in s; None is the model's own.
    stimulus : the voltages: a text, or an array [steps, rows, cols] in V, which begins again after its last step;
        or [rows, cols], held; or a tuple of such arrays for word lines and bit lines, [steps, rows] and
        [steps, cols]; or a function f(step, count) of such arrays, called a launch ahead; None is the model's own.
    init : the initial state: a text, or an array that broadcasts to [rows, cols], from 0 to 1, most conductive.
    seed : of all randomness.
    device : "auto", "native", "gpu", "cpu", "0.0"; several, joined by commas; or open `Devices`.
    flux : whether to track the flux of every device.
    precision : of the state: "auto", "single" or "extended".
    fuse, lanes, band_rows : steps a launch, float32 lanes, and rows a buffer; 0 chooses. Never change the result.
    memory : bytes of a device that the states (and the flux) may take, None for what it has: a larger crossbar is
        streamed through it. "all" for what it has, and a larger one is refused.
    host_memory : bytes of the host's memory that a streamed crossbar may rest in, None for what is available: a
        larger one is in a file.
    scratch : a folder for what memory cannot hold: that file, and a long series.

    The parameters up to the precision determine every bit of what follows, on any device.
    """

    _own: ArrayStimulus | FunctionStimulus | None

    def __init__(
        self,
        rows: int = 5,
        cols: int | None = None,
        *,
        model: str = "sin-state",
        dt: float | None = None,
        stimulus: str | Voltages | VoltageFunction | None = None,
        init: str | npt.ArrayLike = "uniform:lo=0.1,hi=0.9",
        seed: int = 1,
        device: str | Devices = "auto",
        flux: bool = False,
        precision: Literal["auto", "single", "extended"] = "auto",
        wires: str | None = None,
        fuse: int = 0,
        lanes: int = 0,
        band_rows: int = 0,
        memory: int | Literal["all"] | None = None,
        host_memory: int | None = None,
        scratch: Path | None = None,
    ) -> None:
        d = ffi.new("ohm_definition *", lib.ohm_definition_default())
        d.rows = whole(rows, "rows")
        d.cols = d.rows if cols is None else whole(cols, "cols")
        if precision not in PRECISIONS:
            raise DefinitionError(f"precision is {precision!r}, not one of {', '.join(PRECISIONS)}")
        own = None if stimulus is None or isinstance(stimulus, str) else stimulus
        numbers = None if isinstance(init, str) else self._initial(init, (d.rows, d.cols))
        texts = [encoded(model), encoded(stimulus if isinstance(stimulus, str) else None),
                 encoded(init if isinstance(init, str) else None), encoded(wires), encoded(scratch)]
        d.model, d.stimulus, d.initial, d.wires = texts[:4]
        d.dt = 0.0 if dt is None else dt
        if dt is not None and not dt > 0:
            raise DefinitionError(f"dt is {dt!r}, and has to be above 0 s")
        d.seed, d.track_flux, d.precision = whole(seed, "seed"), bool(flux), PRECISIONS[precision]
        _speed(d, fuse, lanes, band_rows, texts[4])
        _memory(d, memory, host_memory)
        check(lib.ohm_definition_check(d))
        self._create(opened(device), lambda devices, made: lib.ohm_crossbar_create(devices, d, made))
        if numbers is not None:
            with self._handle as crossbar:
                check(lib.ohm_crossbar_set_initial(crossbar, pointer(numbers)))
        if own is not None:
            self._own = self._own_stimulus(own)
        self._warn(3)

    @staticmethod
    def _initial(init: npt.ArrayLike, shape: tuple[int, int]) -> Floats:
        values = floats(init, "init")
        try:
            return np.ascontiguousarray(np.broadcast_to(values, shape))
        except ValueError:
            raise DefinitionError(f"init of shape {values.shape} for a crossbar of shape {shape}") from None

    def _own_stimulus(self, own: Voltages | VoltageFunction) -> ArrayStimulus | FunctionStimulus:
        if callable(own):
            return FunctionStimulus(own)
        return ArrayStimulus(Frames(own, self.shape, "stimulus"))

    def _create(self, devices: Devices, create: Callable[[Any, Any], Any]) -> None:
        made = ffi.new("ohm_crossbar **")
        with devices.access, files:
            devices.drain()
            check(create(devices.pointer, made))
        super().__init__(Handle(made[0], devices))
        self._done = ffi.new("uint64_t *")
        self._ctrl_c = Progress()
        self._own = None
        self._note_files()

    def _note_files(self) -> None:
        """A stimulus of a file reads it in steps, for which the lock of files is taken."""
        stimulus = text(lib.ohm_crossbar_definition(self._handle.pointer).stimulus)
        self._reads_files = stimulus.startswith(("file", "spiking"))

    def _warn(self, level: int) -> None:
        for warning in self.warnings:
            warnings.warn(warning, DefinitionWarning, stacklevel=level)

    # ---- Steps --------------------------------------------------------------------------------

    def advance(self, steps: int = 1, *, every: int | None = None, seconds: float = 0.0,
                progress: ProgressLike = None) -> int:
        """Advances by steps; other Python threads run meanwhile. Returns how many were done.

        Ctrl-C ends it between launches: KeyboardInterrupt is raised, and the crossbar is at the step it reached.
        every=K records the statistics whenever the step is a multiple of K. seconds limits the time.
        progress=True shows how far it is on stderr; or it is a function f(done, steps), called about 20 times a
        second, that ends it with False.
        """
        if every is None and progress is None and self._own is None:
            return self._advance(steps, seconds, self._ctrl_c)
        steps = whole(steps, "steps")
        every = None if every is None else whole(every, "every")
        if every == 0:
            raise DefinitionError("every is 0, and has to be 1 or more")
        with progress_of(progress, steps, "steps") as told:
            return self._advance_in_parts(steps, every, seconds, told)

    def _advance(self, steps: int, seconds: float, progress: Progress) -> int:
        """The library's own steps."""
        done = self._done
        with self._handle as crossbar:
            try:
                if self._reads_files:
                    with files:
                        status = lib.ohm_crossbar_advance_while(crossbar, steps, seconds, lib.ohmscape_progress,
                                                                progress.handle, done)
                else:
                    status = lib.ohm_crossbar_advance_while(crossbar, steps, seconds, lib.ohmscape_progress,
                                                            progress.handle, done)
            except (OverflowError, TypeError):
                raise DefinitionError(f"steps={steps!r}, seconds={seconds!r}: not numbers of these") from None
            if progress.raised is not None:
                progress.finish()
            if status:
                check(status)
            return int(done[0])

    def _advance_in_parts(self, steps: int, every: int | None, seconds: float, told: Progress) -> int:
        done, end = 0, time.monotonic() + seconds
        while done < steps:
            part = steps - done if every is None else min(steps - done, every - self.step % every)
            left = max(end - time.monotonic(), 1e-9) if seconds else 0.0
            went = self._advance_part(part, left, told.part(done, steps))
            done += went
            if every is not None and went == part and self.step % every == 0:
                self.record()
            if went < part or not told.go_on(done, steps) or (seconds and time.monotonic() >= end):
                break
        return done

    def _advance_part(self, steps: int, seconds: float, progress: Progress) -> int:
        if self._own is None:
            return self._advance(steps, seconds, progress)
        if seconds:
            raise DefinitionError("a limit of seconds needs a stimulus of the library's")
        with self._handle as crossbar:
            return self._own.advance(crossbar, self._shape, steps, progress)

    def apply(self, voltages: Voltages, steps: int | None = None) -> None:
        """Advances under these voltages in V in place of the stimulus, which then goes on at the step reached.

        [steps, rows, cols], or a tuple ([steps, rows], [steps, cols]) with V_ij = row_i - col_j. Without the
        first axis they are held for the given steps, 1 by default.
        """
        frames = Frames(voltages, self._shape)
        if frames.steps is not None and steps not in (None, frames.steps):
            raise DefinitionError(f"voltages of {frames.steps} steps, and steps={steps}")
        count = frames.steps if frames.steps is not None else whole(1 if steps is None else steps, "steps")
        with self._handle as crossbar:
            ArrayStimulus(frames).from_first(crossbar, self._shape, count)

    def idle(self, seconds: float) -> None:
        """Adds idle time, in which conductances drift by the model's drift_nu. The next step ends it."""
        with self._handle as crossbar:
            check(lib.ohm_crossbar_idle(crossbar, seconds))

    @property
    def idle_time(self) -> float:
        """The idle time in s since the last step."""
        return float(lib.ohm_crossbar_idle_time(self._handle.pointer))

    def pulse(self, amplitude: float, row_trains: npt.ArrayLike, col_trains: npt.ArrayLike, slots: int = 1) -> int:
        """Pulses lines against each other: bit s of a train, uint32 [rows] and [cols], is its pulse in slot s.

        Bit 31 is the sign. Where both lines have the bit, the device feels the amplitude in V for a step. Returns
        how many pulses all devices have felt.
        """
        trains = [np.ascontiguousarray(np.broadcast_to(np.asarray(t, np.uint32), (side,)))
                  for t, side in zip((row_trains, col_trains), self._shape)]
        felt = ffi.new("uint64_t *")
        with self._handle as crossbar:
            check(lib.ohm_crossbar_pulse(crossbar, amplitude, whole(slots, "slots", (1 << 32) - 1),
                                         *(pointer(t, "uint32_t *") for t in trains), felt))
        return int(felt[0])

    def add_outer(self, row_values: npt.ArrayLike, col_values: npt.ArrayLike) -> None:
        """Adds row_i*col_j to the state of every device, within its bounds."""
        values = [self._line(v, side, name) for v, side, name in
                  zip((row_values, col_values), self._shape, ("row_values", "col_values"))]
        with self._handle as crossbar:
            check(lib.ohm_crossbar_add_outer(crossbar, *(pointer(v) for v in values)))

    @staticmethod
    def _line(values: npt.ArrayLike, side: int, name: str) -> Floats:
        line = floats(values, name)
        try:
            return np.ascontiguousarray(np.broadcast_to(line, (side,)))
        except ValueError:
            raise DefinitionError(f"{name} of shape {line.shape}, but it has to be [{side}]") from None

    # ---- Changes ------------------------------------------------------------------------------

    def change(self, *, model: str | None = None, stimulus: str | Voltages | VoltageFunction | None = None) -> None:
        """Changes parameters of the model and the stimulus from the next step on; None changes nothing.

        Of a text, the parameters that it names are changed. A stimulus of another name, an array or a function
        replaces the present one.
        """
        own = stimulus if stimulus is not None and not isinstance(stimulus, str) else None
        theirs = self._own_stimulus(own) if own is not None else None
        texts = encoded(model), encoded(stimulus if isinstance(stimulus, str) else None)
        with self._handle as crossbar, files:
            check(lib.ohm_crossbar_change(crossbar, *texts))
        if stimulus is not None:
            self._own = theirs
        self._note_files()

    @property
    def wires(self) -> str | None:
        """The resistances of the lines, "row=1,col=1"; None: lines are ideal. Set, it holds from the next step on."""
        return self.definition.wires

    @wires.setter
    def wires(self, wires: str | None) -> None:
        with self._handle as crossbar:
            check(lib.ohm_crossbar_set_wires(crossbar, encoded(wires)))

    def set_spread(self, key: str, sigma: float) -> None:
        """Sets how wide a parameter of the model, which has a spread, is spread over the devices."""
        with self._handle as crossbar:
            check(lib.ohm_crossbar_set_spread(crossbar, encoded(key), sigma))

    def set_fuse(self, fuse: int) -> None:
        """Sets the steps of a launch, or 0 to let the library choose. It never changes the result."""
        with self._handle as crossbar:
            check(lib.ohm_crossbar_set_fuse(crossbar, whole(fuse, "fuse", (1 << 32) - 1)))

    def restart(self, seed: int | None = None) -> None:
        """Draws the initial state of the definition anew, returns to step 0 and discards the series."""
        with self._handle as crossbar, files:
            now = lib.ohm_crossbar_definition(crossbar).seed if seed is None else whole(seed, "seed")
            check(lib.ohm_crossbar_restart(crossbar, now))

    def set_initial(self, x: npt.ArrayLike) -> None:
        """Sets the states from numbers that broadcast to [rows, cols], from 0 to 1, most conductive."""
        numbers = self._initial(x, self._shape)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_set_initial(crossbar, pointer(numbers)))

    # ---- Files --------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Saves everything needed to go on to the same bits (HDF5). The path holds the old file or all of the new."""
        with self._handle as crossbar, files:
            check(lib.ohm_crossbar_save(crossbar, encoded(path)))

    def save_series(self, path: Path) -> None:
        """Saves the parameters and the series alone: all that is left when a device has failed."""
        with self._handle as crossbar, files:
            check(lib.ohm_crossbar_save_series(crossbar, encoded(path)))

    @classmethod
    def load(cls, path: Path, *, device: str | Devices = "auto", fuse: int = 0, lanes: int = 0, band_rows: int = 0,
             memory: int | Literal["all"] | None = None, host_memory: int | None = None,
             scratch: Path | None = None) -> Crossbar:
        """The crossbar of a file, on any devices. A stimulus of Python's is not saved: the text's goes on."""
        crossbar = cls.__new__(cls)
        d, kept = ffi.new("ohm_definition *", lib.ohm_definition_default()), encoded(scratch)
        _speed(d, fuse, lanes, band_rows, kept)
        _memory(d, memory, host_memory)
        name = encoded(path)
        crossbar._create(opened(device), lambda devices, made: lib.ohm_crossbar_load(devices, name, d, made))
        crossbar._warn(3)
        return crossbar

    def close(self) -> None:
        """Releases its memory now, or when the last view of its memory is gone. Legal on a closed one."""
        self._handle.close()

    def __enter__(self) -> Crossbar:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.close()

    def __reduce__(self) -> Any:
        raise TypeError("a crossbar cannot be pickled or copied; hint: .save(path) it, and Crossbar.load(path)")
