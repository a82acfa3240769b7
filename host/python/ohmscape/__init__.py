"""Memristor crossbars of up to billions of synapses, on OpenCL devices and in C.

    import ohmscape

    with ohmscape.Crossbar(4096, 4096, model="yakopcic", seed=1) as x:
        x.advance(200)
        print(x.statistics().state_mean, x.digest)
        x.state[10:20, :] = 0.5
        currents = x.read(0.1 * np.ones(4096))
        x.save("state.h5")

The definition, which includes the seed, determines a run completely: every device gives the same bits.
`print(ohmscape.catalogue())` lists models, stimuli, initial states and published devices.
"""

from ._catalogue import Catalogue, Entry, Parameter, Preset, catalogue
from ._crossbar import Crossbar
from ._devices import DeviceInfo, Devices, devices
from ._files import FileInfo, info
from ._library import set_threads, version
from ._planes import Plane
from ._programming import ProgramReport
from ._readout import Converter
from ._records import Definition, Series, Statistics, Storage, Terminals, WiresReport
from ._training import Training, TrainingRecord
from .errors import (
    BadFileError,
    BuildError,
    ConvergenceError,
    DefinitionError,
    DefinitionWarning,
    DeviceError,
    FileError,
    ForkError,
    NoDeviceError,
    OhmscapeError,
    OutOfMemoryError,
    UseError,
)
from .tiles import Tiles

__version__ = version()

__all__ = [
    "BadFileError", "BuildError", "Catalogue", "ConvergenceError", "Converter", "Crossbar", "Definition",
    "DefinitionError", "DefinitionWarning", "DeviceError", "DeviceInfo", "Devices", "Entry", "FileError", "FileInfo",
    "ForkError", "NoDeviceError", "OhmscapeError", "OutOfMemoryError", "Parameter", "Plane", "Preset",
    "ProgramReport", "Series", "Statistics", "Storage", "Terminals", "Tiles", "Training", "TrainingRecord", "UseError",
    "WiresReport", "catalogue", "devices", "info", "set_threads", "version",
]
