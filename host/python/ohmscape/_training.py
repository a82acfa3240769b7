"""Training of networks whose weights are the devices of crossbars, as `ohmscape train` does it."""

from __future__ import annotations

import os
import tempfile
from typing import Any, NamedTuple, Union

import numpy as np
import numpy.typing as npt

from ._binding import ffi, lib
from ._described import whole
from ._devices import Devices
from ._handle import Handle
from ._library import check, encoded, files, is_forked
from ._measured import Measured
from ._planes import Floats
from ._progress import ProgressLike, progress_of
from ._voltages import pointer
from .errors import DefinitionError, UseError

__all__ = ["Training", "TrainingRecord"]

Path = Union[str, "os.PathLike[str]"]


class TrainingRecord(NamedTuple):
    """Where a training stands after some samples. Accuracies from 0 to 1, NaN where not measured."""

    samples: int
    epoch: float
    loss: float
    train_accuracy: float
    test_accuracy: float
    pulses: int


def _ini_value(value: object) -> object:
    """Paths in a training file are relative to it, so that those of files that are there are made absolute."""
    if isinstance(value, (str, os.PathLike)) and os.path.exists(value):
        return os.path.abspath(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value


class _Open:
    """An open C training, which is closed when nothing refers to it any more. A forked copy leaves all as it is."""

    def __init__(self, pointer: Any, devices: Devices) -> None:
        self.pointer, self.devices = pointer, devices

    def __del__(self, close: Any = lib.ohm_training_close, forked: Any = is_forked) -> None:
        if not forked():
            close(self.pointer)


class Training:
    """A network in training, with its data, from a training file (INI; `ohmscape train --help` has its keys).

    Its keys can be given instead, with _ for -: Training(data="digits", layers=(64, 10), update="ideal").
    """

    CHUNK = 256  # samples between two looks for Ctrl-C

    def __init__(self, path: Path | None = None, *, device: str | Devices = "native", **keys: object) -> None:
        if (path is None) == (not keys):
            raise DefinitionError("give either a training file or its keys")
        if path is None:
            self._open_keys(device, keys)
        else:
            self._open(lib.ohm_training_open, path, device)

    def _open_keys(self, device: str | Devices, keys: dict[str, object]) -> None:
        lines = [f'{key.replace("_", "-")} = {_ini_value(value)}\n' for key, value in keys.items()]
        with tempfile.NamedTemporaryFile("w", suffix=".ini") as f:
            f.writelines(lines)
            f.flush()
            self._open(lib.ohm_training_open, f.name, device)

    def _open(self, call: Any, path: Path, device: str | Devices) -> None:
        self._opened: _Open | None = None
        self._devices = device if isinstance(device, Devices) else Devices(device)
        made = ffi.new("ohm_training **")
        with self._devices.access, files:
            check(call(self._devices.pointer, encoded(path), made))
        self._opened = _Open(made[0], self._devices)

    @classmethod
    def load(cls, path: Path, *, device: str | Devices = "native") -> Training:
        """Goes on from a file that was saved, to the same bits; the data are read from where they were."""
        training = cls.__new__(cls)
        training._open(lib.ohm_training_load, path, device)
        return training

    def _use(self) -> Any:
        if self._opened is None:
            raise UseError("this training is closed")
        return self._opened.pointer

    def advance(self, samples: int | None = None, *, progress: ProgressLike = None) -> int:
        """Trains on so many samples, by default all that are left. Returns how many; Ctrl-C ends it between some."""
        left = self.all_samples - self.samples
        wanted = left if samples is None else min(left, whole(samples, "samples"))
        done, went = 0, ffi.new("uint64_t *")
        with progress_of(progress, wanted, "samples") as told:
            while done < wanted and told.go_on(done, wanted):
                with self._devices.access:
                    check(lib.ohm_training_advance(self._use(), min(self.CHUNK, wanted - done), went))
                if not went[0]:
                    break
                done += int(went[0])
        return done

    @property
    def samples(self) -> int:
        """Samples trained on so far."""
        return int(lib.ohm_training_samples(self._use(), ffi.new("uint64_t *")))

    @property
    def all_samples(self) -> int:
        """Those of all epochs."""
        every = ffi.new("uint64_t *")
        lib.ohm_training_samples(self._use(), every)
        return int(every[0])

    @property
    def is_over(self) -> bool:
        return bool(lib.ohm_training_is_over(self._use()))

    def evaluate(self) -> tuple[float, float]:
        """(accuracy, loss): the fraction of the test set that is classified rightly, and the mean cross-entropy."""
        accuracy, loss = ffi.new("double *"), ffi.new("double *")
        with self._devices.access:
            check(lib.ohm_training_evaluate(self._use(), accuracy, loss))
        return float(accuracy[0]), float(loss[0])

    def record(self) -> None:
        """Adds a record at once, in the midst of an epoch."""
        with self._devices.access:
            check(lib.ohm_training_record_now(self._use()))

    @property
    def records(self) -> list[TrainingRecord]:
        """One an epoch, and those that were added."""
        count = ffi.new("size_t *")
        with self._devices.access:
            found = lib.ohm_training_records(self._use(), count)
            return [TrainingRecord(*(getattr(found[i], name) for name in TrainingRecord._fields))
                    for i in range(count[0])]

    @property
    def confusion(self) -> npt.NDArray[np.uint64]:
        """Samples of the test set of class i that were taken for class j in the last evaluation."""
        classes = ffi.new("size_t *")
        with self._devices.access:
            found = lib.ohm_training_confusion(self._use(), classes)
            count = int(classes[0])
            return np.array([found[i] for i in range(count * count)], np.uint64).reshape(count, count)

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(inputs without the bias, outputs) of every layer."""
        inputs, outputs = ffi.new("uint64_t *"), ffi.new("uint64_t *")
        found: list[tuple[int, int]] = []
        for layer in range(lib.ohm_training_layers(self._use())):
            lib.ohm_training_layer_sides(self._use(), layer, inputs, outputs)
            found.append((int(inputs[0]), int(outputs[0])))
        return found

    def weights(self, layer: int) -> Floats:
        """The weights of a layer as they are read now: float32 [inputs, outputs], without the bias."""
        layers = self.layers
        if not 0 <= layer < len(layers):
            raise DefinitionError(f"layer {layer!r}: the network has {len(layers)}")
        values = np.empty(layers[layer], np.float32)
        with self._devices.access:
            check(lib.ohm_training_weights(self._use(), layer, pointer(values)))
        return values

    def crossbar(self, layer: int) -> Measured:
        """A layer's crossbar, [rows, cols] as it is mapped, to be looked at: it is still the training's own."""
        if not 0 <= layer < len(self.layers):
            raise DefinitionError(f"layer {layer!r}: the network has {len(self.layers)}")
        found = lib.ohm_training_crossbar(self._use(), layer)
        return Measured(Handle(found, self._devices, self._opened))

    @property
    def picture(self) -> tuple[int, int]:
        """The shape of a sample as a picture, (height, width)."""
        height, width = ffi.new("uint64_t *"), ffi.new("uint64_t *")
        lib.ohm_training_picture(self._use(), height, width)
        return int(height[0]), int(width[0])

    def save(self, path: Path) -> None:
        """Saves the network with all of its crossbars (HDF5)."""
        with self._devices.access, files:
            check(lib.ohm_training_save(self._use(), encoded(path)))

    def close(self) -> None:
        """Closes it now, or when the last crossbar of its is gone. Legal on a closed one."""
        with self._devices.access:
            self._opened = None

    def __enter__(self) -> Training:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._opened is None:
            return "<ohmscape.Training, closed>"
        layers = self.layers
        sides = "-".join(str(side) for side in [layers[0][0], *(outputs for _, outputs in layers)])
        return f"<ohmscape.Training {sides}, {self.samples:,} of {self.all_samples:,} samples>"

    def __reduce__(self) -> Any:
        raise TypeError("a training cannot be pickled or copied; hint: .save(path) it, and Training.load(path)")
