"""Planes: quantities of all devices as arrays. A plane is read when it is indexed or made an array.

``x.state[10:20, :]`` reads a rectangle, ``np.asarray(x.state)`` all of it, and ``x.state[...] = w`` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# (first row, first column, rows, columns)
Rectangle = tuple[int, int, int, int]


class Source(Protocol):
    """What a plane is of."""

    @property
    def shape(self) -> tuple[int, int]: ...


def _bounds(index: slice, side: int) -> tuple[int, int]:
    """The first element of a slice with a step, and the number from there to the last, both included."""
    chosen = range(*index.indices(side))
    return (min(chosen[0], chosen[-1]), abs(chosen[-1] - chosen[0]) + 1) if chosen else (0, 0)


def _inside(index: slice, first: int, side: int) -> slice:
    """The same elements, in an array that begins at the first of them."""
    chosen = range(*index.indices(side))
    if not chosen:
        return slice(0, 0)
    stop = chosen[-1] - first + (1 if chosen.step > 0 else -1)
    return slice(chosen[0] - first, None if stop < 0 else stop, chosen.step)


def _axis(index: Any, side: int) -> tuple[slice, bool] | None:
    """An index of one axis as a slice, and whether the axis is dropped; None if it is neither whole nor slice."""
    if isinstance(index, slice):
        return index, False
    if isinstance(index, (int, np.integer)) and not isinstance(index, (bool, np.bool_)):
        at = int(index)
        if not -side <= at < side:
            raise IndexError(f"index {at} is out of bounds for an axis of {side}")
        at %= side
        return slice(at, at + 1), True
    return None


def _is_run(index: Any) -> bool:
    """Whether an index within a rectangle chooses all of an axis."""
    return not isinstance(index, slice) or index.step in (1, -1)


def _split(key: Any, shape: tuple[int, int]) -> tuple[Rectangle, tuple[Any, Any]] | None:
    """The smallest rectangle around what a basic index chooses, and the index within it. None: it is not basic."""
    parts = list(key) if isinstance(key, tuple) else [key]
    dots = [i for i, part in enumerate(parts) if part is Ellipsis]
    if len(dots) == 1:
        missing = 2 - (len(parts) - 1)
        parts[dots[0] : dots[0] + 1] = [slice(None)] * missing
    parts += [slice(None)] * (2 - len(parts))
    if len(parts) != 2:
        return None
    axes = [_axis(part, side) for part, side in zip(parts, shape)]
    if axes[0] is None or axes[1] is None:
        return None
    (rows, row_dropped), (cols, col_dropped) = axes[0], axes[1]
    row, height = _bounds(rows, shape[0])
    col, width = _bounds(cols, shape[1])
    within = (0 if row_dropped else _inside(rows, row, shape[0]),
              0 if col_dropped else _inside(cols, col, shape[1]))
    return (row, col, height, width), within


def _filled(rectangle: Rectangle, within: Any, value: Any) -> Floats:
    """A value, broadcast to all of a rectangle; as it is, if nothing has to be done to it."""
    shape = rectangle[2:]
    forward = all(isinstance(part, slice) and part.step == 1 for part in within)
    if forward and type(value) is np.ndarray and value.shape == shape and value.dtype == np.float32:
        return np.ascontiguousarray(value)
    values = np.empty(shape, np.float32)
    values[within] = value
    return values


class Plane(np.lib.mixins.NDArrayOperatorsMixin):
    """A quantity of every device, float32 [rows, cols], read anew whenever it is looked at.

    It is indexed, sliced and computed with like an array. ``plane[...]`` is a copy of all of it.
    """

    ndim = 2
    dtype = np.dtype(np.float32)

    def __init__(self, source: Source, name: str, unit: str, read: Callable[[Rectangle], Floats],
                 write: Callable[[Rectangle, Floats], None] | None = None,
                 keep: Callable[[], bool] = lambda: True) -> None:
        self._source, self.name, self.unit = source, name, unit
        self._read, self._write, self._keep = read, write, keep

    def is_same(self, other: Plane) -> bool:
        """Whether it is the same quantity of the same crossbar."""
        return self._source is other._source and self.name == other.name

    @property
    def shape(self) -> tuple[int, int]:
        return self._source.shape

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def nbytes(self) -> int:
        return 4 * self.size

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Floats]:
        return iter(self[...])

    def __getitem__(self, key: Any) -> Any:
        found = _split(key, self.shape)
        if found is None:
            return self._read(self._whole())[key]
        rectangle, within = found
        values = self._read(rectangle)
        if within == (slice(0, rectangle[2], 1), slice(0, rectangle[3], 1)):
            return values
        return values[within]

    def __setitem__(self, key: Any, value: Any) -> None:
        if self._write is None:
            raise TypeError(f"the {self.name} follows from the states: write .state")
        found = _split(key, self.shape)
        if found is None:
            self._write_some(self._whole(), key, value)
        elif not (_is_run(found[1][0]) and _is_run(found[1][1])):
            self._write_some(*found, value)
        elif found[0][2] and found[0][3]:
            self._write(found[0], _filled(found[0], found[1], value))

    def _write_some(self, rectangle: Rectangle, within: Any, value: Any) -> None:
        """Writes what is chosen in a rectangle, and leaves all else to the last bit."""
        assert self._write is not None
        values = self._read(rectangle)
        values[within] = value
        if self._keep():
            self._write(rectangle, values)
            return
        chosen = np.zeros(values.shape, bool)
        chosen[within] = True
        row0, col0 = rectangle[:2]
        for row, col in np.argwhere(chosen):
            self._write((row0 + int(row), col0 + int(col), 1, 1), values[row : row + 1, col : col + 1].copy())

    def _whole(self) -> Rectangle:
        return (0, 0, *self.shape)

    def __array__(self, dtype: npt.DTypeLike = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError(f"the {self.name} is copied when it is made an array; see Crossbar.memory()")
        values: npt.NDArray[Any] = self[...]
        return values if dtype is None else values.astype(dtype, copy=False)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        if out is not None and not (len(out) == 1 and out[0] is self):
            kwargs["out"], out = out, None
        arrays = [i[...] if isinstance(i, Plane) else i for i in inputs]
        result = getattr(ufunc, method)(*arrays, **kwargs)
        if out is None:
            return result
        self[...] = result
        return self

    def min(self, **how: Any) -> Any:
        """As of an array."""
        return self[...].min(**how)

    def max(self, **how: Any) -> Any:
        """As of an array."""
        return self[...].max(**how)

    def mean(self, **how: Any) -> Any:
        """As of an array."""
        return self[...].mean(**how)

    def std(self, **how: Any) -> Any:
        """As of an array."""
        return self[...].std(**how)

    def sum(self, **how: Any) -> Any:
        """As of an array."""
        return self[...].sum(**how)

    def __repr__(self) -> str:
        unit = f" in {self.unit}" if self.unit else ""
        values = np.array2string(self[...], threshold=64, edgeitems=3)
        return f"<{self.name}{unit}, float32 {list(self.shape)}\n{values}>"
