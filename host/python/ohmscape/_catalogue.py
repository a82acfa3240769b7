"""The catalogue: models, stimuli, initial states and wires with their parameters, and published devices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._binding import ffi, lib
from ._library import text, text_or_none

__all__ = ["Catalogue", "Entry", "Parameter", "Preset", "catalogue"]


@dataclass(frozen=True)
class Parameter:
    """A parameter with its unit ("1" for none), valid range [min, max] and default."""

    key: str
    symbol: str
    unit: str
    help: str
    min: float
    max: float
    default: float | str
    """A number; a name of the choices; or "" for a path."""
    choices: tuple[str, ...]
    whole: bool
    text: bool
    device: bool
    """Common to all models: noise, faults, levels, drift."""


@dataclass(frozen=True)
class Preset:
    """A published device: the model `MODEL@NAME`."""

    model: str
    name: str
    summary: str
    parameters: str
    source: str
    note: str | None

    def __str__(self) -> str:
        return f"{self.model}@{self.name}"


@dataclass(frozen=True)
class Entry:
    """A model, a stimulus, an initial state, or wires."""

    name: str
    summary: str
    equation: str
    source: str | None
    parameters: dict[str, Parameter]
    presets: dict[str, Preset] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.summary}", *("  " + line for line in self.equation.splitlines()), ""]
        for p in self.parameters.values():
            lines.append(f"  {p.key:<13}{p.unit:<8}{p.default!s:<12}[{p.min:g}, {p.max:g}]  {p.help}")
        return "\n".join(lines + [f"  {preset!s:<25} {preset.summary}" for preset in self.presets.values()])


@dataclass(frozen=True)
class Catalogue:
    """By their names, what the texts of a Crossbar may name."""

    models: dict[str, Entry]
    stimuli: dict[str, Entry]
    initials: dict[str, Entry]
    wires: dict[str, Entry]

    def __str__(self) -> str:
        lines: list[str] = []
        for title, entries in self.__dict__.items():
            lines += [f"{title}", *(f"  {e.name:<17}{e.summary}" for e in entries.values())]
        presets = [preset for model in self.models.values() for preset in model.presets.values()]
        return "\n".join([*lines, "published devices", *(f"  {p!s:<25} {p.summary}" for p in presets)])


def _choices(p: Any) -> tuple[str, ...]:
    found: list[str] = []
    while p.choices and p.choices[len(found)]:
        found.append(text(p.choices[len(found)]))
    return tuple(found)


def _parameter(p: Any) -> Parameter:
    choices = _choices(p)
    default = "" if p.text else choices[int(p.value)] if choices else p.value
    return Parameter(text(p.key), text(p.symbol), text(p.unit), text(p.help), p.min, p.max, default, choices, p.whole,
                     p.text, p.device)


def _presets() -> list[Preset]:
    found: list[Preset] = []
    info = ffi.new("ohm_preset_info *")
    while lib.ohm_catalogue_preset(len(found), info):
        found.append(Preset(text(info.model), text(info.name), text(info.summary), text(info.parameters),
                            text(info.source), text_or_none(info.note)))
    return found


def _entries(role: int, presets: list[Preset]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    info, infos = ffi.new("ohm_entry_info *"), ffi.new(f"ohm_parameter_info[{lib.OHM_MAX_PARAMETERS}]")
    while lib.ohm_catalogue_entry(role, len(found), info):
        count = lib.ohm_catalogue_parameters(role, len(found), infos)
        parameters = [_parameter(infos[i]) for i in range(count)]
        name = text(info.name)
        found[name] = Entry(name, text(info.summary), text(info.equation), text_or_none(info.source),
                            {p.key: p for p in parameters}, {p.name: p for p in presets if p.model == name})
    return found


def catalogue() -> Catalogue:
    """Models, stimuli, initial states and wires by name; print it, or one of its entries."""
    return Catalogue(_entries(lib.OHM_ROLE_MODEL, _presets()), _entries(lib.OHM_ROLE_STIMULUS, []),
                     _entries(lib.OHM_ROLE_INITIAL, []), _entries(lib.OHM_ROLE_WIRES, []))
