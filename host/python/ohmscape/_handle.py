"""The C crossbar behind a Crossbar: who may use it when, and when it is destroyed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._binding import ffi, lib
from ._devices import Devices
from ._library import check, is_forked
from .errors import UseError


class Resource:
    """Destroys a C crossbar when nothing refers to it any more, neither a Crossbar nor a view of its memory.

    A crossbar that has an owner ends with that, which is kept.
    """

    __slots__ = ("devices", "owner", "pointer")

    def __init__(self, pointer: Any, devices: Devices, owner: object = None) -> None:
        self.pointer, self.devices, self.owner = pointer, devices, owner

    # A forked copy leaves all as it is.
    def __del__(self, forked: Any = is_forked) -> None:
        if self.owner is None and not forked():
            self.devices.end(self.pointer)


class Handle:
    """``with handle as pointer``: one thread at a time, while it is open, and not in a forked process."""

    __slots__ = ("_access", "_resource")

    def __init__(self, pointer: Any, devices: Devices, owner: object = None) -> None:
        self._access = devices.access
        self._resource: Resource | None = Resource(pointer, devices, owner)

    def __enter__(self) -> Any:
        self._access.__enter__()
        if self._resource is None:
            self._access.__exit__()
            raise UseError("this crossbar is closed")
        return self._resource.pointer

    def __exit__(self, *_: object) -> None:
        self._access.__exit__()

    @property
    def pointer(self) -> Any:
        """The crossbar for functions that only look at it, during a call of another thread's too."""
        resource = self._resource
        if resource is None:
            raise UseError("this crossbar is closed")
        return resource.pointer

    @property
    def devices(self) -> Devices:
        resource = self._resource
        if resource is None:
            raise UseError("this crossbar is closed")
        return resource.devices

    @property
    def is_open(self) -> bool:
        return self._resource is not None

    def close(self) -> None:
        with self._access:
            self._resource = None

    def memory(self, shape: tuple[int, int], writeable: bool) -> npt.NDArray[np.float32]:
        """The native engine's own memory of the states, which lives as long as the array."""
        states, pitch = ffi.new("float **"), ffi.new("uint64_t *")
        with self as crossbar:
            check(lib.ohm_crossbar_memory(crossbar, states, pitch))
            assert self._resource is not None
            return np.asarray(_Memory(self._resource, states[0], pitch[0], shape, writeable))


class _Memory:
    """What NumPy asks for an array of memory that is not its own; the array keeps this alive, and this the rest."""

    def __init__(self, resource: Resource, states: Any, pitch: int, shape: tuple[int, int], writeable: bool) -> None:
        self._resource = resource
        self.__array_interface__ = {
            "version": 3, "typestr": "<f4", "shape": shape, "strides": (4 * pitch, 4),
            "data": (int(ffi.cast("uintptr_t", states)), not writeable),
        }
