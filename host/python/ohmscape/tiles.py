"""A matrix on crossbars: weights as differences of pairs of devices, in tiles of the size that hardware has."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ._catalogue import catalogue
from ._crossbar import Crossbar, opened
from ._devices import Devices
from ._planes import Floats
from ._programming import ProgramReport
from ._readout import Converter
from ._voltages import floats
from .errors import DefinitionError

__all__ = ["Tiles"]

TABLE = 4097  # states of which the conductance is known, to set states by conductances


def without_device_effects(model: str) -> str:
    """A model's text without spreads, noise, faults, levels and drift."""
    name, _, given = model.partition(":")
    plain = re.sub(r"~\w+:[^,]*", "", given)
    own = {key for key, p in catalogue().models[name.partition("@")[0]].parameters.items() if not p.device}
    kept = [part for part in plain.split(",") if part.partition("=")[0] in own]
    return f"{name}:{','.join(kept)}" if kept else name


class Tiles:
    """A matrix W, [inputs, outputs], on crossbars: x @ tiles is x @ W, as devices compute it.

    Output j has the bit lines 2j and 2j + 1 of its crossbar, with the conductances G+ and G-; a weight is
    (G+ - G-)/scale, where ``scale`` (S) lets the largest weight take the whole range of a device.

    Parameters
    ----------
    weights : [inputs, outputs].
    model : of the devices, as of a Crossbar.
    tile : (word lines, bit lines) of a crossbar at most.
    largest : the weight that takes the whole range; None is the largest of these.
    method : how devices are brought to conductances. "exact" sets the states in which a device without spread has
        them, as far as each device's own range goes; others are those of Crossbar.program, whose arguments are
        ``program``.
    dac, adc : converters, as of Crossbar.read. Every input vector is scaled so that its largest is 1 V. Of an ADC given
        as a number of bits, every crossbar's range is that of the currents of the first vectors it reads: see
        ``calibrate``.
    wires : a text, as of Crossbar.read; None for ideal lines.
    seed : of the first tile; the next has the next.
    """

    # Before NumPy's own operator, for x @ tiles.
    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(
        self,
        weights: npt.ArrayLike,
        *,
        model: str = "soft-bounds",
        tile: tuple[int, int] = (256, 256),
        largest: float | None = None,
        method: Literal["exact", "ispp", "single", "gdp"] = "exact",
        program: dict[str, Any] | None = None,
        dac: Converter | int | None = None,
        adc: Converter | int | None = None,
        wires: str | None = None,
        device: str | Devices = "native",
        seed: int = 1,
        **definition: Any,
    ) -> None:
        w = floats(weights, "weights")
        if w.ndim != 2 or not w.size:
            raise DefinitionError(f"weights of shape {w.shape}, but they have to be [inputs, outputs]")
        if not np.isfinite(w).all():
            raise DefinitionError("weights that are not finite")
        if tile[0] < 1 or tile[1] < 2:
            raise DefinitionError(f"tiles of {tile[0]} x {tile[1]}: at least 1 x 2, a pair")
        self.shape: tuple[int, int] = (w.shape[0], w.shape[1])
        self.method, self.program_arguments = method, dict(program or {})
        self.dac, self.adc, self.wires = dac, adc, wires
        self._rows = range(0, w.shape[0], tile[0])
        self._cols = range(0, w.shape[1], tile[1] // 2)
        devices = opened(device)
        self.crossbars: list[list[Crossbar]] = []
        for i in self._rows:
            line: list[Crossbar] = []
            for j in self._cols:
                block = w[i : i + self._rows.step, j : j + self._cols.step]
                number = len(self.crossbars) * len(self._cols) + len(line)
                line.append(Crossbar(block.shape[0], 2 * block.shape[1], model=model, device=devices,
                                     seed=seed + number, init="constant:value=0.5", **definition))
            self.crossbars.append(line)
        self.readings = 0
        self._adcs: dict[tuple[int, bool], Converter] = {}
        self._largest = largest
        self._table: tuple[Any, Any] | None = None
        self.scale = 1.0
        self.reports: list[ProgramReport] = []
        self.program(w)

    # ---- Writing ------------------------------------------------------------------------------

    def program(self, weights: npt.ArrayLike) -> None:
        """Writes other weights [inputs, outputs]; ``reports`` has those of all tiles, none of method "exact"."""
        w = floats(weights, "weights")
        if w.shape != self.shape:
            raise DefinitionError(f"weights of shape {w.shape}, but these are {self.shape}")
        low, high = self.crossbars[0][0].nominal_range
        largest = float(np.abs(w).max()) if self._largest is None else self._largest
        self.scale = (high - low) / (largest or 1.0)
        self._adcs.clear()
        self.reports = []
        for i, line in zip(self._rows, self.crossbars):
            for j, crossbar in zip(self._cols, line):
                g = w[i : i + self._rows.step, j : j + self._cols.step] * np.float32(self.scale)
                target = np.empty(crossbar.shape, np.float32)
                target[:, 0::2] = np.clip(low + np.maximum(g, 0), low, high)
                target[:, 1::2] = np.clip(low + np.maximum(-g, 0), low, high)
                self.reports += self._write(crossbar, target)

    def _write(self, crossbar: Crossbar, target: Floats) -> list[ProgramReport]:
        if self.method != "exact":
            return [crossbar.program(target, method=self.method, **self.program_arguments)]
        state, g = self._nominal_table(crossbar)
        wanted = np.interp(target, g, state)
        crossbar.set_initial(0)
        least = crossbar.state[...]
        crossbar.set_initial(1)
        most = crossbar.state[...]
        crossbar.state[...] = np.clip(wanted, np.minimum(least, most), np.maximum(least, most))
        return []

    def _nominal_table(self, crossbar: Crossbar) -> tuple[Any, Any]:
        """States, and the conductances that a device without spread has in them, in rising order."""
        if self._table is None:
            x = np.linspace(0, 1, TABLE, dtype=np.float32)
            with Crossbar(1, TABLE, model=without_device_effects(crossbar.definition.model), init=x[None],
                          device="native") as nominal:
                self._table = nominal.state[0], nominal.conductance[0]
        return self._table

    # ---- Multiplying --------------------------------------------------------------------------

    def _scaled(self, values: npt.ArrayLike, side: int) -> tuple[Floats, Floats]:
        """Vectors [batch, side] whose largest is 1, and by what they were divided, [batch, 1]."""
        x = floats(values, "x")
        if x.ndim == 0 or x.shape[-1] != side:
            raise DefinitionError(f"x of shape {x.shape}, but its last axis has to be {side}")
        x = x.reshape(-1, side)
        most = np.abs(x).max(axis=1, keepdims=True)
        most[most == 0] = 1
        return x / most, most

    def _adc(self, crossbar: Crossbar, voltages: Floats, transposed: bool) -> Converter | None:
        """The ADC of a crossbar; one that is a number of bits is calibrated when it is first used."""
        if self.adc is None or isinstance(self.adc, Converter):
            return self.adc
        key = id(crossbar), transposed
        if key not in self._adcs:
            most = np.abs(crossbar.read(voltages, transposed=transposed, dac=self.dac, wires=self.wires)).max(initial=0)
            self._adcs[key] = Converter(self.adc, -float(most or 1), float(most or 1), sign_magnitude=self.adc > 1)
        return self._adcs[key]

    def _read(self, crossbar: Crossbar, voltages: Floats, transposed: bool) -> Floats:
        v = np.ascontiguousarray(voltages)
        adc = self._adc(crossbar, v, transposed)
        return crossbar.read(v, transposed=transposed, dac=self.dac, adc=adc, wires=self.wires, reading=self.readings)

    def calibrate(self, x: npt.ArrayLike) -> None:
        """Takes the ranges of ADCs that are numbers of bits from the currents of these vectors [..., inputs]."""
        self._adcs.clear()
        self.matmul(x)

    def matmul(self, x: npt.ArrayLike) -> Floats:
        """x @ W of vectors [..., inputs]: [..., outputs]. Every vector is a reading with noise of its own."""
        v, most = self._scaled(x, self.shape[0])
        product = np.zeros((len(v), self.shape[1]), np.float32)
        for i, line in zip(self._rows, self.crossbars):
            for j, crossbar in zip(self._cols, line):
                currents = self._read(crossbar, v[:, i : i + self._rows.step], False)
                product[:, j : j + self._cols.step] += currents[:, 0::2] - currents[:, 1::2]
        self.readings += len(v)
        product *= most / np.float32(self.scale)
        return product.reshape(*np.shape(x)[:-1], self.shape[1])

    def matmul_transposed(self, y: npt.ArrayLike) -> Floats:
        """y @ W.T of vectors [..., outputs]: [..., inputs], as errors go back through the same devices."""
        u, most = self._scaled(y, self.shape[1])
        product = np.zeros((len(u), self.shape[0]), np.float32)
        for i, line in zip(self._rows, self.crossbars):
            for j, crossbar in zip(self._cols, line):
                part = u[:, j : j + self._cols.step]
                pairs = np.stack([part, -part], axis=-1).reshape(len(u), -1)
                product[:, i : i + self._rows.step] += self._read(crossbar, pairs, True)
        self.readings += len(u)
        product *= most / np.float32(self.scale)
        return product.reshape(*np.shape(y)[:-1], self.shape[0])

    def __rmatmul__(self, x: npt.ArrayLike) -> Floats:
        return self.matmul(x)

    # ---- Looking ------------------------------------------------------------------------------

    @property
    def weights(self) -> Floats:
        """The weights as they are read now, [inputs, outputs]."""
        w = np.empty(self.shape, np.float32)
        for i, line in zip(self._rows, self.crossbars):
            for j, crossbar in zip(self._cols, line):
                g = crossbar.conductance[...]
                w[i : i + self._rows.step, j : j + self._cols.step] = (g[:, 0::2] - g[:, 1::2]) / self.scale
        return w

    def idle(self, seconds: float) -> None:
        """Lets the devices drift."""
        for line in self.crossbars:
            for crossbar in line:
                crossbar.idle(seconds)

    def close(self) -> None:
        for line in self.crossbars:
            for crossbar in line:
                crossbar.close()

    def __enter__(self) -> Tiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        first = self.crossbars[0][0]
        model = first.definition.model if first._handle.is_open else "closed"
        tiles = f"{len(self._rows)} x {len(self._cols)} crossbars"
        return f"<ohmscape.Tiles {self.shape[0]} x {self.shape[1]} on {tiles}, {model}>"
