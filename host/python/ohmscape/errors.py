"""Exceptions: one for each status of the library, each also of the built-in kind that one would expect."""

from typing import Final

__all__ = [
    "BadFileError",
    "BuildError",
    "ConvergenceError",
    "DefinitionError",
    "DefinitionWarning",
    "DeviceError",
    "FileError",
    "ForkError",
    "NoDeviceError",
    "OhmscapeError",
    "OutOfMemoryError",
    "UseError",
]


class OhmscapeError(Exception):
    """What the library refuses. ``message`` says what is wrong, ``hint`` what to do about it, or is None.

    ``status`` is the name of the C library's status, such as "OHM_BAD_ARGUMENT".
    """

    status: str = ""
    message: str
    hint: str | None

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"


class DefinitionError(OhmscapeError, ValueError):
    """A value outside its range, an unknown name, or a conflict."""

    status = "OHM_BAD_ARGUMENT"


class NoDeviceError(OhmscapeError, LookupError):
    """There is no such device."""

    status = "OHM_NO_DEVICE"


class DeviceError(OhmscapeError, RuntimeError):
    """An OpenCL call failed. The state of the crossbar is lost; the series can still be saved."""

    status = "OHM_DEVICE_FAILED"


class BuildError(DeviceError):
    """A device's compiler refused the kernels. The message carries its log."""

    status = "OHM_BUILD_FAILED"


class OutOfMemoryError(OhmscapeError, MemoryError):
    """The crossbar does not fit into the devices, or the host is out of memory."""

    status = "OHM_OUT_OF_MEMORY"


class FileError(OhmscapeError, OSError):
    """A file could not be opened, read, written or renamed."""

    status = "OHM_IO_FAILED"


class BadFileError(OhmscapeError, ValueError):
    """Not a file of ohmscape's, one of another version, or a damaged one."""

    status = "OHM_BAD_FILE"


class ConvergenceError(OhmscapeError, ArithmeticError):
    """The voltages of a circuit were not found to the tolerance."""

    status = "OHM_NOT_CONVERGED"


class UseError(OhmscapeError, RuntimeError):
    """A crossbar that is closed, or that is being used by the caller's own call."""


class ForkError(UseError):
    """A process that was forked after devices had been opened: their threads were not copied with it."""


class DefinitionWarning(UserWarning):
    """What the library has to say about a definition that it accepts, such as that a time step is long."""


BY_STATUS: Final[dict[str, type[OhmscapeError]]] = {
    kind.status: kind
    for kind in (DefinitionError, NoDeviceError, DeviceError, BuildError, OutOfMemoryError, FileError,
                 BadFileError, ConvergenceError)
}
