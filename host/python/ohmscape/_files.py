"""State files: their description, without the state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Union

from ._binding import ffi, lib
from ._library import check, encoded, files, text
from ._records import Definition

__all__ = ["FileInfo", "info"]


@dataclass(frozen=True)
class FileInfo:
    """The description of a state file; idle in s."""

    definition: Definition
    step: int
    digest: str
    precision: str
    rest_digest: str
    series_rows: int
    idle: float
    version: str
    history: tuple[tuple[int, str], ...]
    inputs: tuple[str, ...]
    """The files that its stimulus reads."""


def info(path: Union[str, os.PathLike[str]]) -> FileInfo:
    """Reads what a state file says of its crossbar, without the state."""
    found = ffi.new("ohm_file_info **")
    with files:
        check(lib.ohm_file_read_info(encoded(path), found))
    try:
        i = found[0]
        return FileInfo(
            definition=Definition._of(i.definition), step=i.step, digest=f"{i.digest:016x}",
            precision=text(lib.ohm_precision_name(i.kept)), rest_digest=f"{i.rest_digest:016x}",
            series_rows=i.series_rows, idle=i.idle, version=text(i.version),
            history=tuple((i.history[k].step, text(i.history[k].stimulus)) for k in range(i.history_count)),
            inputs=tuple(text(i.inputs[k].name) for k in range(i.input_count)),
        )
    finally:
        lib.ohm_file_info_free(found[0])
