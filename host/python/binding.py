"""The binding of host/ohmscape.h and host/ohmscape_train.h: cffi in API mode.

The declarations are those of the headers, as the C preprocessor leaves them, so that every function of the
library is there, and the compiler checks each against the headers again.
"""

import os
import re
import subprocess

import cffi
from library import HERE, extension

HOST = HERE.parent
HEADERS = ("ohmscape.h", "ohmscape_train.h")

# What the library calls is Python: progress (a handle of ohmscape._library.Progress), and the log.
CALLBACKS = """
extern "Python" bool ohmscape_progress(void *context, uint64_t done, uint64_t steps);
extern "Python" void ohmscape_log(void *context, ohm_log_level level, const char *line);
"""


def compiler() -> "list[str]":
    return os.environ.get("CC", "cc").split()


def whole_numbers(text: str) -> "list[str]":
    """The names of the macros that are whole numbers: cffi asks the compiler for their values."""
    number = r"^#define (OHM_\w+) +(\d+u?|\(\(uint64_t\)1 << \d+\))(?: *//.*)?$"
    return [name for name, _ in re.findall(number, text, flags=re.M)]


def declarations() -> str:
    """What cffi reads: the headers without what they include and without attributes."""
    text = "\n".join((HOST / name).read_text() for name in HEADERS)
    alone = re.sub(r"^#\s*(include|pragma)\b.*$", "", text, flags=re.M)
    plain = subprocess.run([*compiler(), "-E", "-P", "-x", "c", "-"], input=alone, capture_output=True,
                           text=True, check=True).stdout
    plain = re.sub(r"__attribute__\(\(format\(.*?\)\)\)", "", plain)
    return plain + "".join(f"\n#define {name} ..." for name in whole_numbers(text)) + CALLBACKS


def binding() -> cffi.FFI:
    """The module ohmscape._binding."""
    ffi = cffi.FFI()
    ffi.cdef(declarations())
    include = "".join(f'#include "{name}"\n' for name in HEADERS)
    ffi.set_source("ohmscape._binding", include, include_dirs=[str(HOST)], **extension())
    return ffi
