"""Every refusal of the library as its exception."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ohmscape
from conftest import ROOT
from ohmscape import errors

STRING = r'"((?:[^"\\]|\\.)*)"'


def refusals(function):
    """(what is given, part of the message) of every call of a function in the C test of refusals."""
    source = (ROOT / "tests/test_refusals.c").read_text()
    calls = re.findall(rf"{function}\(((?:\s*{STRING})+),((?:\s*{STRING})+)\);", source)
    joined = [("".join(re.findall(STRING, given)), "".join(re.findall(STRING, part))) for given, _, part, _ in calls]
    return [(given.replace('\\"', '"'), part.replace('\\"', '"')) for given, part in joined]


MODELS, STIMULI = refusals("bad_model"), refusals("bad_stimulus")


def refused_specifications():
    """(role, text, part) of the C test of the grammar."""
    source = (ROOT / "tests/test_library.c").read_text()
    table = source.partition("static void specifications_are_refused")[2].partition("};")[0]
    roles = {"MODEL": "model", "STIMULUS": "stimulus", "INITIAL": "init"}
    found = re.findall(rf"\{{ROLE_(\w+), {STRING}, {STRING}\}}", table)
    return [(roles[role], text.replace('\\"', '"'), part.replace('\\"', '"')) for role, text, part in found]


def test_the_c_tests_were_found():
    assert len(MODELS) > 40 and len(STIMULI) > 20 and len(refused_specifications()) > 15


CASES = [*(("model", *case) for case in MODELS), *(("stimulus", *case) for case in STIMULI), *refused_specifications()]


@pytest.mark.parametrize("role, text, part", CASES)
def test_what_c_refuses_is_refused(role, text, part):
    with pytest.raises(ohmscape.DefinitionError) as raised:
        ohmscape.Crossbar(3, 4, device="native", **{role: text})
    assert part in raised.value.message and "\n" not in raised.value.message
    assert raised.value.status == "OHM_BAD_ARGUMENT" and isinstance(raised.value, ValueError)


def test_hints_come_with_messages():
    with pytest.raises(ohmscape.DefinitionError) as raised:
        ohmscape.Crossbar(3, model="soft-bounds:w_min=0", device="native")
    assert "steps are divided by it" in raised.value.hint
    assert str(raised.value) == f"{raised.value.message}\nhint: {raised.value.hint}"


def test_every_status_has_an_exception():
    from ohmscape._binding import lib

    names = {name for name in dir(lib) if name in errors.BY_STATUS}
    statuses = set()
    while (name := ohmscape._library.text(lib.ohm_status_name(len(statuses)))) != "unknown status":
        statuses.add(name)
    assert statuses - {"OHM_OK"} == set(errors.BY_STATUS) == names
    for status, kind in errors.BY_STATUS.items():
        assert kind.status == status and issubclass(kind, ohmscape.OhmscapeError)


@pytest.mark.parametrize("prefix", ["pattern:file=", "file:path=", "write:cells="])
def test_files_that_cannot_be_read(prefix, tmp_path):
    with pytest.raises(ohmscape.FileError, match="No such file") as raised:
        ohmscape.Crossbar(3, stimulus=prefix + "/nowhere/at.all", device="native")
    assert isinstance(raised.value, OSError) and "/nowhere/at.all" in raised.value.message
    (tmp_path / "text").write_text("this is nothing of ours")
    with pytest.raises(ohmscape.BadFileError) as raised:
        ohmscape.Crossbar(3, stimulus=f"{prefix}{tmp_path}/text", device="native")
    assert isinstance(raised.value, ValueError)


def test_state_files_that_cannot_be_read(make, tmp_path):
    with pytest.raises(ohmscape.FileError):
        ohmscape.Crossbar.load(tmp_path / "none.h5", device="native")
    (tmp_path / "text.h5").write_text("this is nothing of ours")
    for call in (lambda p: ohmscape.Crossbar.load(p, device="native"), ohmscape.info):
        with pytest.raises(ohmscape.BadFileError):
            call(tmp_path / "text.h5")
    with pytest.raises(ohmscape.FileError):
        make().save("/nowhere/at.h5")
    with pytest.raises(ohmscape.DefinitionError, match="NUL"):
        make().save("a\0b")


def test_devices_that_are_not_there():
    with pytest.raises(ohmscape.NoDeviceError, match="no OpenCL device 63.63") as raised:
        ohmscape.Devices("63.63")
    assert isinstance(raised.value, LookupError)
    with pytest.raises(ohmscape.DefinitionError):
        ohmscape.Crossbar(3, device="tpu")


def test_what_does_not_fit():
    with pytest.raises(ohmscape.OutOfMemoryError, match="GiB|TiB|EiB|memory") as raised:
        ohmscape.Crossbar(2**31, 2**31, device="native")
    assert isinstance(raised.value, MemoryError)


@pytest.mark.parametrize("how, part", [
    ({"rows": 0}, "rows"), ({"rows": -1}, "rows is -1, outside"), ({"rows": 2.5}, "rows is 2.5, not a whole number"),
    ({"rows": 2**70}, "rows is"), ({"dt": -1}, "dt is -1"), ({"dt": float("nan")}, "dt is nan"), ({"dt": 1e9}, "dt"),
    ({"seed": -1}, "seed"), ({"precision": "double"}, "precision is 'double', not one of auto, single, extended"),
    ({"init": "uniform:lo=2"}, "lo=2"), ({"wires": "row=x"}, "row"), ({"fuse": 70000}, "fuse"), ({"lanes": 3}, "lanes"),
    ({"wires": "row=1", "stimulus": "uniform"}, "."), ({"stimulus": (1, 2, 3)}, "a tuple of 3"),
    ({"stimulus": np.zeros((2, 3, 3))}, r"\[steps, 5, 5\] or \[5, 5\]"), ({"stimulus": np.zeros((0, 5, 5))}, "0 steps"),
    ({"stimulus": (np.zeros((2, 5)), np.zeros((3, 5)))}, "shape"), ({"model": "sin-state\0"}, "NUL"),
])
def test_arguments_that_cannot_be(how, part):
    with pytest.raises(ohmscape.DefinitionError, match=part):
        ohmscape.Crossbar(**{"device": "native", **how})


def test_steps_that_cannot_be(make):
    x = make()
    for steps in (-1, 1.5, 2**70, "a", None):
        with pytest.raises(ohmscape.DefinitionError):
            x.advance(steps)
        with pytest.raises(ohmscape.DefinitionError):
            x.advance(steps, every=1)
    x.step = 2**56
    with pytest.raises(ohmscape.DefinitionError):
        x.advance(1)
    with pytest.raises(ohmscape.DefinitionError):
        x.step = 2**56 + 1
    with pytest.raises(ohmscape.DefinitionError):
        x.advance(1, seconds=float("nan"))
    with pytest.raises(ohmscape.DefinitionError):
        x.idle(-1)
    with pytest.raises(ohmscape.DefinitionError):
        x.apply(np.zeros((2, 37, 90)), steps=3)
    with pytest.raises(ohmscape.DefinitionError, match="an idle time|outside"):
        x.idle(float("nan"))


def test_a_refused_change_changes_nothing(make):
    x = make(model="linear-step")
    x.advance(3)
    before = x.digest, x.definition
    for how in ({"model": "linear-step:noise=-1"}, {"stimulus": "wave:amplitude=2000"}, {"model": "vteam"},
                {"stimulus": np.zeros(4)}):
        with pytest.raises(ohmscape.OhmscapeError):
            x.change(**how)
    assert (x.digest, x.definition) == before


def in_another_process(code, **environment):
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_lost_device_is_told_of(opencl, tmp_path):
    layer = Path(os.environ.get("BUILD") or ROOT / "build").resolve() / "tests/fault.so"
    if not layer.is_file():
        pytest.skip(f"no {layer}")
    out = in_another_process(f"""
import ohmscape
x = ohmscape.Crossbar(20, device={opencl!r}, fuse=1)
try:
    x.advance(5000, every=10)
except ohmscape.DeviceError as error:
    print(error.status, isinstance(error, RuntimeError), error.message)
try:
    x.state[...]
except ohmscape.DeviceError as error:
    print(error)
x.save_series({str(tmp_path / "s.h5")!r})
""", OPENCL_LAYERS=str(layer), OPENCL_FAULT_AFTER="200")
    assert out.startswith("OHM_DEVICE_FAILED True") and "the state is lost" in out and (tmp_path / "s.h5").exists()


def test_kernels_that_do_not_build_are_told_of(opencl, tmp_path):
    for name in ("crossbar", "read", "readout", "readout_exact", "network", "pulses", "view", "ceilings"):
        (tmp_path / f"{name}.cl").write_text("this is no kernel\n")
    out = in_another_process(f"""
import ohmscape
try:
    ohmscape.Crossbar(20, device={opencl!r})
except ohmscape.BuildError as error:
    print(error.status, isinstance(error, ohmscape.DeviceError), error.message)
""", OHMSCAPE_KERNELS=str(tmp_path))
    assert out.startswith("OHM_BUILD_FAILED True") and len(out.splitlines()) > 1
