"""How far a long call is: on stderr, or told to a function."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Union

from ._library import Progress, ProgressFunction
from .errors import DefinitionError

ProgressLike = Union[bool, ProgressFunction, None]


class Meter:
    """A line on stderr with the rate and the time left, drawn ten times a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._begun = time.monotonic()
        self._drawn = 0.0
        self._width = 0

    def __call__(self, done: int, steps: int) -> None:
        now = time.monotonic()
        if now - self._drawn >= 0.1:
            self._drawn = now
            self._draw(done, steps, now - self._begun)

    def _draw(self, done: int, steps: int, seconds: float) -> None:
        rate = done / seconds if seconds else 0.0
        left = f"{(steps - done) / rate:.0f} s left" if rate else ""
        line = f"{done:,}/{steps:,} {self._what} ({done / steps:.0%}), {rate:,.4g}/s, {left}" if steps else ""
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def close(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()


@contextmanager
def progress_of(progress: ProgressLike, steps: int, what: str) -> Iterator[Progress]:
    """What the library calls between launches, for what a caller asks for."""
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise DefinitionError(f"progress is {progress!r}, and has to be True or a function")
    meter = Meter(what) if progress is True else None
    try:
        yield Progress(meter if meter else progress if callable(progress) else None)
    finally:
        if meter:
            meter.close()
