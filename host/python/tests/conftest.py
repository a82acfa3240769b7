"""What the tests share. They run on an installed package; the checkout around them has the program and the data."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import ohmscape

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def make() -> Iterator[Callable[..., ohmscape.Crossbar]]:
    """Crossbars on the native engine, closed after the test."""
    made: list[ohmscape.Crossbar] = []

    def create(rows: int = 37, cols: int = 90, **how: object) -> ohmscape.Crossbar:
        made.append(ohmscape.Crossbar(rows, cols, **{"device": "native", "seed": 7, **how}))
        return made[-1]

    yield create
    for crossbar in made:
        crossbar.close()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture(scope="session")
def opencl() -> str:
    """An OpenCL device."""
    found = [info.id for info in ohmscape.devices() if info.type != "native"]
    if not found:
        pytest.skip("no OpenCL device")
    return found[0]


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """Runs the program `ohmscape`, and returns its stdout."""
    path = os.environ.get("OHMSCAPE") or str(ROOT / "build/ohmscape")
    if not shutil.which(path):
        pytest.skip(f"no program {path}")

    def run(*arguments: object) -> str:
        command = [os.path.abspath(path), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout

    return run
