"""The examples run, as scripts and as notebooks, which are made of the scripts."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

EXAMPLES = ROOT / "host/python/examples"
sys.path.insert(0, str(EXAMPLES))
import notebooks  # noqa: E402

NEEDED = {"network": "torch"}
RUNNER = Path(__file__).parent / "run_notebook.py"


def run(folder, *command):
    environment = {**os.environ, "OHMSCAPE_SMALL": "1", "MPLBACKEND": "Agg", "JUPYTER_PLATFORM_DIRS": "1",
                   "IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
    done = subprocess.run([sys.executable, *map(str, command)], cwd=folder, env=environment, capture_output=True,
                          text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def need(*names):
    for name in names:
        if subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode:
            pytest.skip(f"no {name}")


@pytest.mark.parametrize("name", notebooks.EXAMPLES)
def test_scripts_run_and_draw(name, tmp_path):
    need("matplotlib", *filter(None, [NEEDED.get(name)]))
    said = run(tmp_path, EXAMPLES / f"{name}.py")
    assert re.search(r"\d", said) and (tmp_path / f"{name}.png").stat().st_size > 5000
    if name == "paper":
        assert int(re.search(r"([\d,]+) times as fast", said)[1].replace(",", "")) > 300
    if name == "network":
        percents = [float(x) for x in re.findall(r"([\d.]+)%", said)]
        assert abs(percents[0] - percents[1]) < 2 and min(percents) < percents[0]


@pytest.mark.parametrize("name", notebooks.EXAMPLES)
def test_notebooks_are_those_of_the_scripts(name):
    script = (EXAMPLES / f"{name}.py").read_text()
    assert (EXAMPLES / f"{name}.ipynb").read_text() == notebooks.notebook(script)
    kinds = [kind for kind, _ in notebooks.cells(script)]
    assert kinds[0] == "markdown" and kinds.count("code") >= 3
    code = "\n".join(source for kind, source in notebooks.cells(script) if kind == "code")
    compile(code, name, "exec")


@pytest.mark.parametrize("name", notebooks.EXAMPLES)
def test_notebooks_run(name, tmp_path):
    need("jupyter_client", "ipykernel", "matplotlib", *filter(None, [NEEDED.get(name)]))
    assert re.search(r"\d", run(tmp_path, RUNNER, EXAMPLES / f"{name}.ipynb"))
