"""What is read of a crossbar: planes, statistics, currents, pictures; and how it shows itself."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _pictures
from ._binding import ffi, lib
from ._described import Described, whole
from ._library import check, text
from ._planes import Doubles, Floats, Plane, Rectangle
from ._programming import ProgramReport, program
from ._progress import ProgressLike
from ._readout import Converter, Readout, read_currents
from ._records import SERIES_TYPE, SPIKE_TYPE, Series, Statistics, Storage, Terminals, WiresReport
from ._voltages import floats, pointer
from .errors import DefinitionError

# By their names, as in ohm_quantity, and their units. The state has the model's own.
QUANTITIES = {text(lib.ohm_quantity_name(i)): i for i in range(lib.OHM_QUANTITIES)}
UNITS = {"resistance": "ohm", "conductance": "S", "state": "", "voltage": "V", "flux": "V s", "current": "A",
         "word-line": "V", "bit-line": "V"}
REDUCTIONS = {text(lib.ohm_reduction_name(i)): i for i in range(lib.OHM_REDUCTIONS)}
NEURON_QUANTITIES = {"membrane": lib.OHM_NEURON_MEMBRANE, "threshold": lib.OHM_NEURON_THRESHOLD,
                     "current": lib.OHM_NEURON_CURRENT, "spikes": lib.OHM_NEURON_SPIKES}


class Probe(NamedTuple):
    """Every quantity of one device, NaN where it has no value; units as of the planes."""

    resistance: float
    conductance: float
    state: float
    voltage: float
    flux: float
    current: float
    word_line: float
    bit_line: float


def _one_of(table: dict[str, int], name: str, what: str) -> int:
    if name not in table:
        raise DefinitionError(f"unknown {what} {name!r}; available: {', '.join(table)}")
    return table[name]


class Measured(Described):
    """The part of a crossbar that is read."""

    last_read = WiresReport(0, 0, 0.0)

    # ---- Planes -------------------------------------------------------------------------------

    @property
    def state(self) -> Plane:
        """The states, in the model's own unit. Assigned to, x.state[10:20, :] = w, they are written exactly."""
        return Plane(self, "state", UNITS["state"], self._read_states, self._write_states,
                     lambda: self.precision == "single")

    @state.setter
    def state(self, values: npt.ArrayLike) -> None:
        plane = self.state
        if not (isinstance(values, Plane) and values.is_same(plane)):
            plane[...] = values

    @property
    def resistance(self) -> Plane:
        """In ohm, as read: with levels, drift, faults and noise."""
        return self.plane("resistance")

    @property
    def conductance(self) -> Plane:
        """In S, as read: with levels, drift, faults and noise."""
        return self.plane("conductance")

    @property
    def flux(self) -> Plane:
        """The integral of the voltage in V s, of a crossbar with flux=True."""
        return self.plane("flux")

    @property
    def voltage(self) -> Plane:
        """In V, as applied in the last step; NaN before the first."""
        return self.plane("voltage")

    @property
    def current(self) -> Plane:
        """In A, at the voltage of the last step and the present state."""
        return self.plane("current")

    def plane(self, quantity: str) -> Plane:
        """One of state, resistance, conductance, voltage, flux, current, word-line, bit-line (in V, with wires)."""
        if quantity == "state":
            return self.state
        number = _one_of(QUANTITIES, quantity, "quantity")
        if quantity == "flux" and not self.definition.flux:
            raise DefinitionError("this crossbar does not track the flux", "create it with flux=True")
        return Plane(self, quantity, UNITS[quantity], lambda where: self._read_quantity(number, where))

    def _read_states(self, where: Rectangle) -> Floats:
        values = np.empty(where[2:], np.float32)
        with self._handle as crossbar:
            rectangle = (where[0], where[1], where[2], where[3])
            check(lib.ohm_crossbar_get_states(crossbar, rectangle, pointer(values)))
        return values

    def _write_states(self, where: Rectangle, values: Floats) -> None:
        with self._handle as crossbar:
            rectangle = (where[0], where[1], where[2], where[3])
            check(lib.ohm_crossbar_set_states(crossbar, rectangle, pointer(values)))

    def _read_quantity(self, quantity: int, where: Rectangle) -> Floats:
        row, col, rows, cols = where
        values = np.empty((rows, self._shape[1]), np.float32)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_read_quantity(crossbar, quantity, row, rows, pointer(values)))
        whole_rows = (col, cols) == (0, self._shape[1])
        return values if whole_rows else values[:, col : col + cols].copy()

    def exact(self, quantity: Literal["state", "flux"] = "state") -> Doubles:
        """States, or fluxes in V s, with the part that a float32 cannot hold: float64 [rows, cols]."""
        calls = {"state": lib.ohm_crossbar_read_state_exact, "flux": lib.ohm_crossbar_read_flux_exact}
        if quantity not in calls:
            raise DefinitionError(f"unknown quantity {quantity!r}; available: state, flux")
        values = np.empty(self._shape, np.float64)
        with self._handle as crossbar:
            check(calls[quantity](crossbar, 0, self._shape[0], pointer(values, "double *")))
        return values

    def memory(self, *, writeable: bool = False) -> Floats:
        """The native engine's own memory of the states, float32 [rows, cols], which is not copied.

        It shows every later step, and lives as long as the array does. What is written to it counts as the
        devices' states: finite ones within the range of the state, which nobody checks.
        """
        return self._handle.memory(self._shape, writeable)

    def __array__(self, dtype: npt.DTypeLike = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            values: npt.NDArray[Any] = self.memory()
            if dtype is not None and np.dtype(dtype) != values.dtype:
                raise ValueError(f"states are float32: as {np.dtype(dtype)} they have to be copied")
            return values
        return self.state.__array__(dtype)

    def __dlpack__(self, *, stream: None = None, **how: Any) -> Any:
        """The native engine's memory of the states, for PyTorch and others: as memory(writeable=True)."""
        if stream is not None:
            raise BufferError("states of the native engine have no stream")
        return self._dlpack_memory().__dlpack__(**how)

    def __dlpack_device__(self) -> tuple[int, int]:
        self._dlpack_memory()
        return (1, 0)  # kDLCPU

    def _dlpack_memory(self) -> Floats:
        try:
            return self.memory(writeable=True)
        except DefinitionError as refused:
            raise BufferError(str(refused)) from refused

    # ---- Voltages and currents ----------------------------------------------------------------

    def voltages(self, step: int) -> Floats:
        """The voltages in V that the stimulus applies at a step: float32 [rows, cols]."""
        values = np.empty(self._shape, np.float32)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_read_voltage(crossbar, whole(step, "step"), 0, self._shape[0], pointer(values)))
        return values

    def currents(self, voltage: npt.ArrayLike) -> Floats:
        """The current in A through each device at its state and a voltage in V that broadcasts to [rows, cols]."""
        given = self._broadcast(voltage, "voltage")
        values = np.empty(self._shape, np.float32)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_read_current(crossbar, 0, self._shape[0], pointer(given), pointer(values)))
        return values

    def _broadcast(self, values: npt.ArrayLike, name: str) -> Floats:
        array = floats(values, name)
        try:
            return np.ascontiguousarray(np.broadcast_to(array, self._shape))
        except ValueError:
            raise DefinitionError(f"{name} of shape {array.shape} for a crossbar of shape {self._shape}") from None

    def read(
        self,
        v: npt.ArrayLike,
        *,
        transposed: bool = False,
        exact: bool = False,
        reading: int = 0,
        dac: Converter | int | None = None,
        adc: Converter | int | None = None,
        gain: float = 1.0,
        offset: float = 0.0,
        noise: float = 0.0,
        slices: int = 1,
        convert: Literal["slice", "sum"] = "slice",
        wires: str | None = None,
    ) -> Floats:
        """Drives the word lines with v in V and reads the currents of the bit lines in A, I_j = sum_i G_ij V_i.

        v is [..., rows], the result [..., cols], float32; transposed, v is [..., cols] and the result [..., rows].
        Reading never changes a state. exact takes each device's own law at its voltage, not G times V. reading is
        the number of the first vector's reading, from which noise is drawn. dac and adc convert: a `Converter`,
        or a number of bits, with the range -1 to 1 V and that of the largest possible currents. Before the ADC
        I becomes gain*I + offset + noise (in A, root mean square). slices drives an input in that many parts,
        whose currents are converted one by one or as a sum. wires are those of the crossbar unless given, as a
        text or "none"; `last_read` tells how their circuits were solved.
        """
        how = Readout(transposed, exact, reading, dac, adc, gain, offset, noise, slices, convert, wires)
        with self._handle as crossbar:
            currents, self.last_read = read_currents(crossbar, self._shape, v, how)
        return currents

    def terminals(self) -> Terminals:
        """Voltages and currents at the terminals of the lines in the last step."""
        rows, cols = self._shape
        found = Terminals(*(np.empty(side, np.float64) for side in (rows, rows, cols, cols)))
        with self._handle as crossbar:
            check(lib.ohm_crossbar_read_terminals(crossbar, *(
                pointer(values, "double *") for values in
                (found.row_voltage, found.row_current, found.col_voltage, found.col_current))))
        return found

    @property
    def storage(self) -> Storage:
        """Where the states are: on the devices, or streamed through them from memory or a file."""
        with self._handle as crossbar:
            return Storage._of(lib.ohm_crossbar_storage(crossbar))

    @property
    def wires_report(self) -> WiresReport:
        """How the circuits of all steps were solved; all 0 without wires."""
        report = ffi.new("ohm_wires_report *")
        with self._handle as crossbar:
            lib.ohm_crossbar_wires_report(crossbar, report)
        return WiresReport._of(report)

    @property
    def nominal_range(self) -> tuple[float, float]:
        """The least and the greatest conductance in S of a device without spread, faults or noise."""
        low, high = ffi.new("double *"), ffi.new("double *")
        with self._handle as crossbar:
            lib.ohm_crossbar_nominal_range(crossbar, low, high)
        return float(low[0]), float(high[0])

    def program(
        self,
        target: npt.ArrayLike,
        *,
        method: Literal["ispp", "single", "gdp"] = "ispp",
        tolerance: float = 0.01,
        cycles: int = 100,
        voltage: float = 0.0,
        select: Literal["alone", "half", "third"] = "alone",
        steps: int = 0,
        progress: ProgressLike = None,
    ) -> ProgramReport:
        """Brings the devices to conductances in S that broadcast to [rows, cols], by pulses.

        tolerance is the largest error left, as a fraction of the model's conductance range; cycles of writing and
        reading at most; voltage the largest amplitude, 0 for that of the model's stimulus; select how pulses
        reach a device; steps of all pulses at most, 0 for any number. Ctrl-C ends it between pulses.
        """
        goal = self._broadcast(target, "target")
        with self._handle as crossbar:
            return program(crossbar, goal, method, tolerance, cycles, voltage, select, steps, progress)

    # ---- Measuring ----------------------------------------------------------------------------

    def statistics(self) -> Statistics:
        """Of all devices: the same digits on every device."""
        found = ffi.new("ohm_statistics *")
        with self._handle as crossbar:
            check(lib.ohm_crossbar_statistics(crossbar, found))
        return Statistics._of(found)

    @property
    def digest(self) -> str:
        """16 hexadecimal digits: equal digests mean equal states, on any devices."""
        found = ffi.new("uint64_t *")
        with self._handle as crossbar:
            check(lib.ohm_crossbar_digest(crossbar, found))
        return f"{found[0]:016x}"

    @property
    def rest_digest(self) -> str:
        """The same for the parts that float32 states cannot hold: zeros in single precision."""
        found = ffi.new("uint64_t *")
        with self._handle as crossbar:
            check(lib.ohm_crossbar_rest_digest(crossbar, found))
        return f"{found[0]:016x}"

    def record(self) -> Statistics:
        """Appends the step and the statistics to the series, and returns them."""
        found = ffi.new("ohm_statistics *")
        with self._handle as crossbar:
            check(lib.ohm_crossbar_record(crossbar, found))
        return Statistics._of(found)

    @property
    def series(self) -> Series:
        """What was recorded: a structured array, with to_pandas()."""
        with self._handle as crossbar:
            rows = np.empty(lib.ohm_crossbar_series_rows(crossbar), SERIES_TYPE)
            check(lib.ohm_crossbar_read_series(crossbar, 0, len(rows), pointer(rows, "ohm_series_row *")))
        return rows.view(Series)

    def probe(self, row: int, col: int) -> Probe:
        """Every quantity of one device."""
        values = ffi.new("float[]", lib.OHM_QUANTITIES)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_probe(crossbar, whole(row, "row"), whole(col, "col"), values))
        return Probe(*values)

    # ---- Spiking networks ---------------------------------------------------------------------

    def neurons(self, quantity: Literal["membrane", "threshold", "current", "spikes"] = "membrane") -> Doubles:
        """Of every neuron under the stimulus spiking: potentials in V, currents in A, or how often it has fired."""
        number = _one_of(NEURON_QUANTITIES, quantity, "quantity of neurons")
        with self._handle as crossbar:
            values = np.empty(lib.ohm_crossbar_neurons(crossbar), np.float64)
            check(lib.ohm_crossbar_read_neurons(crossbar, number, pointer(values, "double *")))
        return values

    @property
    def spikes(self) -> npt.NDArray[np.void]:
        """The spikes that are kept: a structured array of step and neuron."""
        with self._handle as crossbar:
            values = np.empty(lib.ohm_crossbar_spike_count(crossbar), SPIKE_TYPE)
            check(lib.ohm_crossbar_read_spikes(crossbar, 0, len(values), pointer(values, "ohm_spike *")))
        return values

    def set_rates(self, rates: npt.ArrayLike | None) -> None:
        """The rates of all inputs, as fractions of the stimulus's, [rows]; None goes back to those of its file."""
        with self._handle as crossbar:
            if rates is not None:
                given = np.ascontiguousarray(np.broadcast_to(floats(rates, "rates"), self._shape[:1]))
            check(lib.ohm_crossbar_set_rates(crossbar, ffi.NULL if rates is None else pointer(given)))

    # ---- Pictures -----------------------------------------------------------------------------

    def view(
        self,
        quantity: str = "state",
        *,
        rows: tuple[float, float] | None = None,
        cols: tuple[float, float] | None = None,
        size: tuple[int, int] | None = None,
        reduction: Literal["mean", "min", "max", "nearest"] = "mean",
        colormap: str | None = None,
        limits: tuple[float, float] | None = None,
        log: bool = False,
        pil: bool = False,
    ) -> Any:
        """A picture of a quantity, reduced on the device: float32 [height, width], NaN where there is no value.

        rows and cols are (from, to), by default all. size is (width, height) in pixels, by default one a device
        and 512 at most. With a colormap (viridis, magma, cividis, gray) it is uint8 [height, width, 3], or a
        PIL image with pil=True; limits are the values of the first and the last colour, by default those seen.
        """
        image = self._image(quantity, rows, cols, size, reduction)
        if colormap is None:
            return image
        low, high = _pictures.limits(image) if limits is None else limits
        picture = _pictures.colored(image, colormap, low, high, log)
        if not pil:
            return picture
        import PIL.Image

        return PIL.Image.fromarray(picture)

    def _image(self, quantity: str, rows: tuple[float, float] | None, cols: tuple[float, float] | None,
               size: tuple[int, int] | None, reduction: str) -> Floats:
        top, bottom = rows or (0, self._shape[0])
        left, right = cols or (0, self._shape[1])
        width, height = size or (min(512, max(1, round(right - left))), min(512, max(1, round(bottom - top))))
        v = ffi.new("ohm_view *")
        v.row, v.col, v.rows, v.cols = top, left, bottom - top, right - left
        v.width, v.height = whole(width, "width", (1 << 32) - 1), whole(height, "height", (1 << 32) - 1)
        v.quantity = _one_of(QUANTITIES, quantity, "quantity")
        v.reduction = _one_of(REDUCTIONS, reduction, "reduction")
        most: int = lib.OHM_MAX_IMAGE
        image = np.empty((min(v.height, most), min(v.width, most)), np.float32)
        with self._handle as crossbar:
            check(lib.ohm_crossbar_view(crossbar, v, pointer(image)))
        return image

    def __repr__(self) -> str:
        if not self._handle.is_open:
            return "<ohmscape.Crossbar, closed>"
        d = self.definition
        return (f"<ohmscape.Crossbar {d.rows} x {d.cols}, {d.model}, dt={d.dt:g}, {d.stimulus}, seed {d.seed}, "
                f"at step {self.step} on {self.device}>")

    def _repr_html_(self) -> str:
        if not self._handle.is_open:
            return repr(self)
        d, s = self.definition, self.statistics()
        image = self._image("state", None, None, None, "mean")
        picture = _pictures.colored(image, "viridis", s.state_low, s.state_high)
        rows = [("crossbar", f"{d.rows} x {d.cols}"), ("model", d.model), ("stimulus", d.stimulus),
                ("step", f"{self.step:,}, dt={d.dt:g} s, seed {d.seed}"), ("device", self.device)]
        rows += [(name, f"mean {getattr(s, name + '_mean'):.6g}{unit}, from {getattr(s, name + '_min'):.6g} to "
                        f"{getattr(s, name + '_max'):.6g}")
                 for name, unit in (("state", ""), ("resistance", " Ω"), ("conductance", " S"))]
        title = f"state, from {s.state_low:g} to {s.state_high:g}"
        return _pictures.html_of(title, _pictures.magnified(picture, 256), [*rows, ("digest", self.digest)])
