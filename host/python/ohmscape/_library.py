"""The C library as the other modules use it: statuses become exceptions, locks, forks, and what it calls back."""

import logging
import os
import threading
from collections.abc import Callable
from typing import Any, Final

from ._binding import ffi, lib
from .errors import BY_STATUS, ForkError, OhmscapeError, UseError

log: Final = logging.getLogger("ohmscape")
log.addHandler(logging.NullHandler())


def text(value: Any) -> str:
    """A C string."""
    return str(ffi.string(value).decode(errors="replace"))


def text_or_none(value: Any) -> str | None:
    return text(value) if value else None


def encoded(value: str | os.PathLike[str] | None) -> Any:
    """A C string of a text or a path; NULL for None."""
    if value is None:
        return ffi.NULL
    raw = os.fsencode(value)
    if b"\0" in raw:
        raise BY_STATUS["OHM_BAD_ARGUMENT"](f"{value!r} has a NUL character")
    return ffi.new("char[]", raw)


def error_of(status: int) -> OhmscapeError:
    """The exception of this thread's last failed call."""
    kind = BY_STATUS.get(text(lib.ohm_status_name(status)), OhmscapeError)
    return kind(text(lib.ohm_error_message()), text_or_none(lib.ohm_error_hint()))


def check(status: int) -> None:
    """Raises the exception of a status that is none of success."""
    if status:
        raise error_of(status)


# ---- Forks --------------------------------------------------------------------------------------


class _Process:
    """Whether this process has opened devices, or is a copy of one that had."""

    opened = False
    forked = False


def _after_fork() -> None:
    _Process.forked = _Process.forked or _Process.opened


os.register_at_fork(after_in_child=_after_fork)


def is_forked() -> bool:
    return _Process.forked


def refuse_fork() -> None:
    if _Process.forked:
        raise ForkError(
            "this process was forked after ohmscape had opened devices, whose threads it does not have",
            'start it with multiprocessing.get_context("spawn"), or fork before the first crossbar',
        )


def mark_opened() -> None:
    refuse_fork()
    _Process.opened = True


# ---- Locks --------------------------------------------------------------------------------------


class Access:
    """A lock around an object of the library, for ``with``: one thread at a time, and none in its own call.

    A thread that waits for another one's call can be interrupted by Ctrl-C.
    """

    __slots__ = ("_lock", "_owner")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0

    def __enter__(self) -> None:
        if _Process.forked:
            refuse_fork()
        if not self._lock.acquire(False):
            if self._owner == threading.get_ident():
                raise UseError("a function that is called during a call may not use the crossbar of that call",
                               "use it when the call has returned")
            self._lock.acquire()
        self._owner = threading.get_ident()

    def try_enter(self) -> bool:
        """Enters if that is possible at once."""
        if not self._lock.acquire(False):
            return False
        self._owner = threading.get_ident()
        return True

    def __exit__(self, *_: object) -> None:
        self._owner = 0
        self._lock.release()


class _FileAccess:
    """HDF5 is used by one thread at a time; h5py, if it is there, may use the same libhdf5."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._h5py: list[Any] = []

    def __enter__(self) -> None:
        import sys

        self._lock.acquire()
        objects = sys.modules.get("h5py._objects")
        theirs = getattr(objects, "phil", None)
        if theirs is not None:
            theirs.__enter__()
        self._h5py.append(theirs)

    def __exit__(self, *_: object) -> None:
        theirs = self._h5py.pop()
        if theirs is not None:
            theirs.__exit__(None, None, None)
        self._lock.release()


files: Final = _FileAccess()

# ---- What the library calls ---------------------------------------------------------------------

ProgressFunction = Callable[[int, int], object]


class Progress:
    """Called between launches. What it calls may raise: the library then stops, and ``finish`` raises it again.

    Merely being called lets Python run its signal handlers, so that Ctrl-C ends a call between launches. Once
    it has said to stop it says so again: the library may ask in several places.
    """

    __slots__ = ("_before", "_function", "_steps", "_stopped", "handle", "raised")

    def __init__(self, function: ProgressFunction | None = None, before: int = 0, steps: int | None = None) -> None:
        self._function, self._before, self._steps = function, before, steps
        self._stopped = False
        self.raised: BaseException | None = None
        self.handle = ffi.new_handle(self)

    def part(self, before: int, steps: int) -> "Progress":
        """For a part of the work, when so much of all has been done before."""
        return Progress(self._function, before, steps)

    def go_on(self, done: int, steps: int) -> bool:
        if self.raised is None and self._function is not None and not self._stopped:
            steps = steps if self._steps is None else self._steps
            self._stopped = self._function(self._before + done, steps) is False
        return self.raised is None and not self._stopped

    def finish(self) -> None:
        """Raises what was raised during the call, once."""
        raised, self.raised = self.raised, None
        if raised is not None:
            raise raised


def _keep_exception(kind: Any, raised: BaseException, traceback: Any) -> bool:
    """cffi found an exception in _progress; the context is among the variables of its frame."""
    ffi.from_handle(traceback.tb_frame.f_locals["context"]).raised = raised
    return False


def _progress(context: Any, done: int, steps: int) -> bool:
    progress: Progress = ffi.from_handle(context)
    return progress.go_on(done, steps)


def _log(context: Any, level: int, line: Any) -> None:
    log.log(logging.WARNING if level == lib.OHM_LOG_WARNING else logging.INFO, "%s", text(line))


ffi.def_extern(name="ohmscape_progress", error=False, onerror=_keep_exception)(_progress)
ffi.def_extern(name="ohmscape_log")(_log)
lib.ohm_set_log(lib.ohmscape_log, ffi.NULL)


def set_threads(threads: int) -> None:
    """Sets the number of threads of the native engine, for all crossbars from their next call on.

    0 leaves the choice to OpenMP (OMP_NUM_THREADS, or all processors). It never changes a result.
    """
    if not 0 <= threads < 1 << 32:
        raise BY_STATUS["OHM_BAD_ARGUMENT"](f"{threads} threads")
    lib.ohm_set_threads(threads)


def version() -> str:
    """The version of libohmscape."""
    return text(lib.ohm_version())
