"""Other solvers of a crossbar with resistive lines: what ohmscape's is compared with.

    python3 peers_wires.py NAME SIDE row=OHM,col=OHM        (the benchmark runs it so, and talks to it)

It first prints a line of JSON: its version, or {"missing": what, "install": how}, or {"refused": why}. Then it
takes float32 from standard input: conductances [SIDE, SIDE], voltages of the word lines [SIDE] and the currents
that ohmscape found at the bit lines [SIDE]. For each line with a number of solutions it then solves the circuit as
often, from the conductances to the currents, and prints the seconds, the number of solutions and the largest
difference from ohmscape's currents beyond their rounding to float32, relative to the largest current.
"""

import json
import logging
import sys
import time
import warnings

MOST = 1 << 18
ROUNDING = 2.0**-24  # of a current that is rounded to float32, at most


class Scipy:
    """The equations of all nodes as a sparse matrix, and its LU factors, ordered for a symmetric one."""

    install = "apt install python3-scipy, or pip install scipy"

    def __init__(self):
        import numpy
        import scipy.sparse
        import scipy.sparse.linalg

        self.np, self.sparse = numpy, scipy.sparse
        self.version = f"scipy {scipy.__version__}, numpy {numpy.__version__}"

    def matrix(self, g, row, col):
        np = self.np
        u = np.arange(g.size).reshape(g.shape)  # nodes of the word lines, then of the bit lines
        v = u + g.size
        from_, to, value = [], [], []

        def connect(a, b, conductance):
            a, b = a.ravel(), b.ravel()
            c = np.broadcast_to(conductance, a.shape)
            from_.extend((a, b, a, b))
            to.extend((a, b, b, a))
            value.extend((c, c, -c, -c))

        connect(u, v, g.ravel())
        connect(u[:, :-1], u[:, 1:], 1 / row)
        connect(v[:-1], v[1:], 1 / col)
        for end, r in (u[:, 0], row), (v[-1], col):  # to the terminals
            from_.append(end)
            to.append(end)
            value.append(np.full(end.shape, 1 / r))
        coordinates = np.concatenate(from_), np.concatenate(to)
        return self.sparse.csc_matrix((np.concatenate(value), coordinates), shape=2 * [2 * g.size])

    def solve(self, g, volts, row, col):
        into = self.np.zeros(2 * g.size)
        into[: g.size : g.shape[1]] = volts / row
        nodes = self.sparse.linalg.spsolve(self.matrix(g, row, col), into, permc_spec="MMD_AT_PLUS_A")
        return nodes[-g.shape[1] :] / col


class Badcrossbar:
    """badcrossbar (Joksas and Mehonic, SoftwareX 12, 2020)."""

    install = "pip install badcrossbar"

    def __init__(self):
        from importlib.metadata import version

        import badcrossbar

        if not hasattr(badcrossbar, "compute"):  # it only warns when something that it needs is not there
            raise ImportError
        logging.disable(logging.CRITICAL)
        self.compute = badcrossbar.compute
        self.version = f"badcrossbar {version('badcrossbar')}"

    def solve(self, g, volts, row, col):
        found = self.compute(volts[:, None], 1 / g, r_i_word_line=row, r_i_bit_line=col,
                             node_voltages=False, all_currents=False)
        return found.currents.output[0]


PEERS = {"scipy": Scipy, "badcrossbar": Badcrossbar}


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    name, side = sys.argv[1], int(sys.argv[2])
    row, col = (float(part.split("=")[1]) for part in sys.argv[3].split(","))
    if side * side > MOST:
        return say(refused=f"more than {MOST:,} cells would take minutes")
    warnings.simplefilter("ignore")
    try:
        peer = PEERS[name]()
    except ImportError:
        return say(missing=name, install=PEERS[name].install)
    say(version=peer.version, python=sys.version.split()[0])
    import numpy as np

    def take(*shape):
        count = int(np.prod(shape))
        return np.frombuffer(sys.stdin.buffer.read(4 * count), dtype=np.float32).reshape(shape).astype(float)

    g, volts, ours = take(side, side), take(side), take(side)
    for line in sys.stdin.buffer:
        calls = int(line)
        begin = time.perf_counter()
        for _ in range(calls):
            found = peer.solve(g, volts, row, col)
        seconds = time.perf_counter() - begin
        off = np.maximum(abs(found - ours) - ROUNDING * abs(ours), 0)
        say(seconds=seconds, calls=calls, difference=float(off.max() / abs(found).max()))


if __name__ == "__main__":
    main()
