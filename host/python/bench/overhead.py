"""What Python costs beside C: python3 overhead.py [PROGRAM].

The steps of Crossbar.advance against those of the program `ohmscape run`, as rates; the time of a call; reading and
writing states against memcpy; and importing. Times are medians, or the best of a few where the machine is busy.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import ohmscape
from ohmscape._binding import lib

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).resolve().parents[3] / "build/ohmscape")
TIMES = 7


def seconds(function, times=TIMES):
    """The times of a function."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        function()
        found.append(time.perf_counter() - begin)
    return found


def advance(side=2048, steps=200):
    """The program's rate and Python's, turn by turn, so that both see the same machine."""
    x = ohmscape.Crossbar(side, device="native", seed=1)
    x.advance(steps)
    theirs, ours = [], []
    for _ in range(TIMES):
        out = subprocess.run([PROGRAM, "run", "--json", "--device", "native", "-n", str(side), "-t", str(steps)],
                             capture_output=True, check=True).stdout
        theirs.append(json.loads(out)["synapse_steps_per_second"])
        ours.append(side * side * steps / seconds(lambda: x.advance(steps), 1)[0])
    print(f"advance       {statistics.median(ours) / statistics.median(theirs):.3f} of the program's "
          f"{statistics.median(theirs):.3g} synapse-steps/s (best of each: {max(ours) / max(theirs):.3f})")


def calls(count=20000):
    """A call of advance of one device, less what the library takes."""
    x = ohmscape.Crossbar(1, device="native", stimulus="constant:value=1")
    pointer = x._handle.pointer
    whole = min(seconds(lambda: [x.advance(1) for _ in range(count)])) / count
    bare = min(seconds(lambda: [lib.ohm_crossbar_advance(pointer, 1) for _ in range(count)])) / count
    print(f"a call        {1e6 * (whole - bare):.2f} us beside {1e6 * bare:.2f} us")


def states(side=4096):
    """Reading and writing all states, against NumPy's copy of as much."""
    x = ohmscape.Crossbar(side, device="native")
    w = x.state[...]
    copy = min(seconds(w.copy))
    read = min(seconds(lambda: x.state[...]))
    to = np.empty_like(w)
    over = min(seconds(lambda: np.copyto(to, w)))
    write = min(seconds(lambda: x.state.__setitem__(..., w)))
    print(f"state[...]    {copy / read:.2f} of memcpy's speed, {w.nbytes / read / 1e9:.1f} GB/s")
    print(f"state[...]=w  {over / write:.2f} of memcpy's speed, {w.nbytes / write / 1e9:.1f} GB/s, "
          "with every state checked")


def importing():
    """Of a new process, less what starting Python takes."""
    def run(code):
        return min(seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True)))

    nothing, numpy, ours = run("pass"), run("import numpy"), run("import ohmscape")
    print(f"importing     {ours - nothing:.3f} s, of which NumPy {numpy - nothing:.3f} s")


if __name__ == "__main__":
    print(f"ohmscape {ohmscape.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}, "
          f"{ohmscape.devices()[0].name}")
    importing()
    calls()
    states()
    advance()
