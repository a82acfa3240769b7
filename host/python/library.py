"""libohmscape for the binding: finds what it needs, has `make` build it, and says how to link it.

The library is that of the checkout, in build/. $OHMSCAPE_BUILD names another build folder, whose library is
taken as it is.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# What the library is linked with, by pkg-config's names, and Debian's packages of these.
LINKED = {"hdf5": "libhdf5-dev", "libpng": "libpng-dev", "zlib": "zlib1g-dev"}
# What it is compiled with besides.
COMPILED = {"OpenCL": "ocl-icd-opencl-dev opencl-c-headers", "libcjson": "libcjson-dev"}


def refuse(what: str, advice: str) -> None:
    sys.exit(f"\nohmscape: {what}\nhint: {advice}\n")


def has_package(name: str) -> bool:
    return subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0


def check_tools() -> None:
    """Ends with one line that names all that is missing."""
    if not (ROOT / "Makefile").is_file() or not (ROOT / "kernels").is_dir():
        refuse("the sources of libohmscape are not beside host/python",
               "install from a whole checkout: pip install ./host/python")
    compiler = os.environ.get("CC", "cc").split()[0]
    tools = {"make": "make", compiler: "gcc libc6-dev libgomp1", "pkg-config": "pkg-config"}
    missing = {tool: package for tool, package in tools.items() if not shutil.which(tool)}
    if "pkg-config" not in missing:
        missing |= {name: package for name, package in (LINKED | COMPILED).items() if not has_package(name)}
    if missing:
        refuse("not found: " + ", ".join(missing),
               "as root: apt-get install " + " ".join(missing.values()) + ", or `make deps` in the checkout")


def library_folder() -> Path:
    """The build folder with libohmscape.a, which is made if it is the checkout's own."""
    given = os.environ.get("OHMSCAPE_BUILD")
    if given:
        return Path(given).resolve()
    jobs = f"-j{os.cpu_count() or 1}"
    print("ohmscape: building libohmscape; the first time takes some minutes", file=sys.stderr)
    done = subprocess.run(["make", "--no-print-directory", jobs, "build/libohmscape.a"], cwd=ROOT, check=False)
    if done.returncode:
        refuse("libohmscape could not be built", "make's messages above say why")
    return ROOT / "build"


def pkg_config(*arguments: str) -> "list[str]":
    return subprocess.run(["pkg-config", *arguments], capture_output=True, text=True,
                          check=True).stdout.split()


def extension() -> "dict[str, list[str]]":
    """The keywords of the extension module, which is linked with the archive and exports none of its names."""
    folder = library_folder()
    archive = folder / "libohmscape.a"
    if not archive.is_file():
        refuse(f"there is no {archive}", f"make BUILD={folder} {archive}")
    flags = (folder / "flags").read_text() if (folder / "flags").is_file() else ""
    sanitizers = re.findall(r"-fsanitize=\S+", flags)
    return {
        "sources": ["opencl_loader.c"],
        "extra_objects": [str(archive)],
        "depends": [str(archive)],
        "extra_compile_args": ["-std=c17", "-fvisibility=hidden", *sanitizers, *pkg_config("--cflags", "OpenCL")],
        "extra_link_args": ["-fopenmp", "-Wl,--exclude-libs,ALL", "-Wl,--as-needed",
                            *(sanitizers or ["-Wl,--strip-debug"]),
                            *pkg_config("--libs", *LINKED), "-lm", "-ldl"],
    }
