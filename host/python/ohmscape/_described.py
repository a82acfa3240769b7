"""What a crossbar is: its definition, its devices, where it stands, and its parameters."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from ._binding import ffi, lib
from ._devices import Devices
from ._handle import Handle
from ._library import check, encoded, files, text
from ._records import Definition
from .errors import DefinitionError


def whole(value: Any, name: str, most: int = (1 << 64) - 1) -> int:
    """A whole number for the library, of any kind that NumPy has."""
    try:
        number = int(value.__index__())
    except (AttributeError, TypeError):
        raise DefinitionError(f"{name} is {value!r}, not a whole number") from None
    if not 0 <= number <= most:
        raise DefinitionError(f"{name} is {number}, outside [0, {most}]")
    return number


class Parameters(MutableMapping[str, float]):
    """The numbers of a crossbar's model or stimulus by their keys; what is set holds from the next step on."""

    def __init__(self, handle: Handle, role: int) -> None:
        self._handle, self._role = handle, role

    def _infos(self) -> Any:
        infos = ffi.new(f"ohm_parameter_info[{lib.OHM_MAX_PARAMETERS}]")
        model = self._role == lib.OHM_ROLE_MODEL
        call = lib.ohm_crossbar_model_parameters if model else lib.ohm_crossbar_stimulus_parameters
        with self._handle as crossbar:
            return infos, call(crossbar, infos)

    def __getitem__(self, key: str) -> float:
        value = ffi.new("double *")
        if key not in list(self):
            raise KeyError(key)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_get_parameter(crossbar, self._role, encoded(key), value))
        return float(value[0])

    def __setitem__(self, key: str, value: float) -> None:
        with self._handle as crossbar, files:
            check(lib.ohm_crossbar_set_parameter(crossbar, self._role, encoded(key), value))

    def __delitem__(self, key: str) -> None:
        raise TypeError("a parameter can be set, but not removed")

    def __iter__(self) -> Iterator[str]:
        infos, count = self._infos()
        return iter([text(infos[i].key) for i in range(count) if not infos[i].text])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return repr(dict(self))


class Described:
    """The part of a crossbar that says what it is."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        definition = lib.ohm_crossbar_definition(handle.pointer)
        self._shape = (int(definition.rows), int(definition.cols))

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self._shape

    @property
    def rows(self) -> int:
        return self._shape[0]

    @property
    def cols(self) -> int:
        return self._shape[1]

    @property
    def definition(self) -> Definition:
        """What determines the run, with every parameter written out."""
        return Definition._of(lib.ohm_crossbar_definition(self._handle.pointer))

    @property
    def dt(self) -> float:
        """The time step in s."""
        return float(lib.ohm_crossbar_definition(self._handle.pointer).dt)

    @property
    def devices(self) -> Devices:
        return self._handle.devices

    @property
    def device(self) -> str:
        """The names of the devices it is on."""
        return ", ".join(f"{info.name} ({info.id})" for info in self.devices.info)

    @property
    def step(self) -> int:
        """Steps since step 0. Set, the stimulus, noise and faults go on as they would at that step."""
        return int(lib.ohm_crossbar_step(self._handle.pointer))

    @step.setter
    def step(self, step: int) -> None:
        with self._handle as crossbar:
            check(lib.ohm_crossbar_set_step(crossbar, whole(step, "step")))

    @property
    def precision(self) -> str:
        """How the states are stored: "single" or "extended"."""
        return text(lib.ohm_precision_name(lib.ohm_crossbar_precision(self._handle.pointer)))

    @property
    def step_loss(self) -> float:
        """The fraction of the largest step, from 0 to 1, that rounding to float32 can lose."""
        return float(lib.ohm_crossbar_step_loss(self._handle.pointer))

    @property
    def warnings(self) -> list[str]:
        """What the library has to say about the definition."""
        found: list[str] = []
        while warning := lib.ohm_crossbar_warning(self._handle.pointer, len(found)):
            found.append(text(warning))
        return found

    @property
    def history(self) -> list[tuple[int, str]]:
        """(step, stimulus): what has driven the crossbar from which step on."""
        count = ffi.new("size_t *")
        with self._handle as crossbar:
            entries = lib.ohm_crossbar_history(crossbar, count)
            return [(entries[i].step, text(entries[i].stimulus)) for i in range(count[0])]

    @property
    def note(self) -> str:
        """A text of yours that is saved with the crossbar."""
        with self._handle as crossbar:
            return text(lib.ohm_crossbar_note(crossbar))

    @note.setter
    def note(self, note: str) -> None:
        with self._handle as crossbar:
            check(lib.ohm_crossbar_set_note(crossbar, encoded(note)))

    @property
    def parameters(self) -> Parameters:
        """The numbers of the model by their keys: x.parameters["beta"] = 0.25 holds from the next step on."""
        return Parameters(self._handle, lib.OHM_ROLE_MODEL)

    @property
    def stimulus_parameters(self) -> Parameters:
        """The numbers of the stimulus by their keys."""
        return Parameters(self._handle, lib.OHM_ROLE_STIMULUS)
