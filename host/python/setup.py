"""Builds and installs the package. library.py finds libohmscape, binding.py binds it.

What the build leaves goes into the checkout's build/python.
"""

import os
import re
import sys
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from library import check_tools  # noqa: E402 (it lies beside this file)


def version() -> str:
    header = (ROOT / "host/ohmscape.h").read_text()
    return ".".join(re.search(rf"^#define OHM_VERSION_{part} (\d+)$", header, flags=re.M)[1]
                    for part in ("MAJOR", "MINOR", "PATCH"))


check_tools()
os.chdir(HERE)
left = ROOT / "build/python"
left.mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    cffi_modules=["binding.py:binding"],
    options={
        "build": {"build_base": str(left)},
        "egg_info": {"egg_base": str(left)},
        "bdist_wheel": {"py_limited_api": "cp310"},
    },
)
