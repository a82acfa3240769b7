"""Devices: those of this machine, and open ones that crossbars are created on."""

from dataclasses import dataclass
from typing import Any

from ._binding import ffi, lib
from ._library import Access, check, encoded, is_forked, mark_opened, text

__all__ = ["DeviceInfo", "Devices", "devices"]


@dataclass(frozen=True)
class DeviceInfo:
    """A device that can hold crossbars. Memory is in bytes; lanes are float32 numbers."""

    id: str
    name: str
    platform: str
    driver: str
    type: str
    compute_units: int
    lanes: int
    memory: int
    max_allocation: int


def _info_of(info: Any) -> DeviceInfo:
    return DeviceInfo(
        id=text(info.id), name=text(info.name), platform=text(info.platform), driver=text(info.driver),
        type=text(lib.ohm_device_type_name(info.type)), compute_units=info.compute_units, lanes=info.lanes,
        memory=info.memory, max_allocation=info.max_allocation,
    )


def devices() -> list[DeviceInfo]:
    """The devices of this machine, the native engine first. Without OpenCL there is only that."""
    mark_opened()
    found, count = ffi.new("ohm_device_info **"), ffi.new("size_t *")
    check(lib.ohm_devices_list(found, count))
    try:
        return [_info_of(found[0][i]) for i in range(count[0])]
    finally:
        lib.ohm_devices_list_free(found[0])


class Devices:
    """Open devices, for several crossbars: ``Crossbar(..., device=Devices("native"))``.

    ``selector`` is "native", "gpu", "cpu", "P.D" (platform and device as `ohmscape devices` prints them) or
    "auto", the first that works of an OpenCL GPU, an OpenCL CPU and the native engine; or several of these,
    joined by commas, over which the rows are split. The result is the same on all of them.
    Crossbars on the same devices are used by one thread at a time: others wait.
    """

    def __init__(self, selector: str = "auto") -> None:
        self.pointer: Any = None
        self.access = Access()
        self._ended: list[Any] = []
        self.selector = selector
        mark_opened()
        opened = ffi.new("ohm_devices **")
        check(lib.ohm_devices_open(encoded(selector), opened))
        self.pointer = opened[0]

    @property
    def info(self) -> list[DeviceInfo]:
        """What the devices are."""
        count = lib.ohm_devices_count(self.pointer)
        return [_info_of(lib.ohm_devices_info(self.pointer, i)[0]) for i in range(count)]

    @property
    def fallback(self) -> str | None:
        """Why "auto" passed over an OpenCL device, in one line, or None."""
        why = lib.ohm_devices_fallback(self.pointer)
        return text(why) if why else None

    def __repr__(self) -> str:
        return f"<ohmscape.Devices {self.selector!r}: {', '.join(f'{i.name} ({i.id})' for i in self.info)}>"

    def __reduce__(self) -> Any:
        raise TypeError("open devices cannot be pickled: open them by their selector in the other process")

    def end(self, crossbar: Any, destroy: Any = lib.ohm_crossbar_destroy) -> None:
        """Destroys a crossbar that nothing refers to any more: now, or when no thread is using the devices."""
        self._ended.append(crossbar)
        if self.access.try_enter():
            try:
                self.drain(destroy)
            finally:
                self.access.__exit__()

    def drain(self, destroy: Any = lib.ohm_crossbar_destroy) -> None:
        """Destroys what was left, while the devices are this thread's."""
        while self._ended:
            destroy(self._ended.pop())

    # Crossbars refer to their devices, so that these are closed last. A forked copy leaves all as it is.
    def __del__(self, close: Any = lib.ohm_devices_close, forked: Any = is_forked) -> None:
        if self.pointer is not None and not forked():
            self.drain()
            close(self.pointer)
