"""Readouts: voltages in, currents out, through converters and wires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ._binding import ffi, lib
from ._described import whole
from ._library import check, encoded
from ._planes import Floats
from ._records import WiresReport
from ._voltages import floats, pointer
from .errors import DefinitionError

__all__ = ["Converter"]


@dataclass(frozen=True)
class Converter:
    """Between numbers and voltages in V (a DAC) or currents in A (an ADC).

    A value is clipped to [low, high] and rounded to the nearest of 2**bits codes, a tie to the even one. With
    sign_magnitude there is one code less, 0 is among them, and low = -high.
    """

    bits: int
    low: float = -1.0
    high: float = 1.0
    sign_magnitude: bool = False


@dataclass(frozen=True)
class Readout:
    """The arguments of Crossbar.read."""

    transposed: bool
    exact: bool
    reading: int
    dac: Converter | int | None
    adc: Converter | int | None
    gain: float
    offset: float
    noise: float
    slices: int
    convert: str
    wires: str | None


def _set_converter(c: Any, converter: Converter | int | None, name: str) -> None:
    if converter is None:
        return
    if not isinstance(converter, Converter):
        converter = Converter(whole(converter, f"{name} bits"))
    c.bits = whole(converter.bits, f"{name} bits", (1 << 32) - 1)
    c.low, c.high, c.sign_magnitude = converter.low, converter.high, converter.sign_magnitude


def _c_readout(how: Readout) -> Any:
    if how.convert not in ("slice", "sum"):
        raise DefinitionError(f"convert is {how.convert!r}, not one of slice, sum")
    r = ffi.new("ohm_readout *", lib.ohm_readout_default())
    r.transposed, r.exact, r.reading = how.transposed, how.exact, whole(how.reading, "reading")
    _set_converter(r.dac, how.dac, "dac")
    _set_converter(r.adc, how.adc, "adc")
    r.adc_full = how.adc is not None and not isinstance(how.adc, Converter)
    r.adc_gain, r.adc_offset, r.adc_noise = how.gain, how.offset, how.noise
    r.slices = whole(how.slices, "slices", (1 << 32) - 1)
    r.convert_sum = how.convert == "sum"
    return r


def read_currents(crossbar: Any, shape: tuple[int, int], v: npt.ArrayLike,
                  how: Readout) -> tuple[Floats, WiresReport]:
    """The currents of a batch of any shape [..., lines driven], and how their circuits were solved."""
    given = floats(v, "v")
    driven, read = (shape[1], shape[0]) if how.transposed else shape
    if given.ndim == 0 or given.shape[-1] != driven:
        raise DefinitionError(f"v of shape {given.shape}, but its last axis has to be the {driven} "
                              f"{'columns' if how.transposed else 'rows'}")
    currents = np.empty((*given.shape[:-1], read), np.float32)
    r, solved = _c_readout(how), ffi.new("ohm_wires_report *")
    r.report = solved
    wires = ffi.new("ohm_wires **")
    try:
        if how.wires is not None:
            check(lib.ohm_wires_read(encoded(how.wires), *shape, wires))
            r.wires = wires[0]
        check(lib.ohm_crossbar_readout(crossbar, r, currents.size // read, pointer(given), pointer(currents)))
    finally:
        lib.ohm_wires_free(wires[0])
    return currents, WiresReport._of(solved)
