#!/usr/bin/env python3
"""Compares ohmscape's throughput with NumPy's: the same law, the same size, in one run.

NumPy: float32, Generator(Philox), one thread, in place, as fast as its ufuncs go. ohmscape: every
device of the machine, one step a launch and --fuse auto. The rounds take turns, and the median of
each is compared, so that a noisy machine is noisy to all alike.

    python3 bench/compare_numpy.py [--size 4096] [--rounds 5] [--program build/ohmscape]
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import numpy as np


class NumpyCrossbar:
    """The paper's crossbar in NumPy: w <- clip(w + beta sin(V) dt, 0, 1), V uniform in [-5, 5)."""

    def __init__(self, size, seed):
        self.random = np.random.Generator(np.random.Philox(seed))
        self.state = self.random.random((size, size), dtype=np.float32) * np.float32(0.8) + np.float32(0.1)
        self.scratch = np.empty_like(self.state)

    def step(self):
        v = self.scratch
        self.random.random(out=v, dtype=np.float32)
        v *= np.float32(10)
        v -= np.float32(5)
        np.sin(v, out=v)
        v *= np.float32(0.5 * 0.1)
        self.state += v
        np.clip(self.state, np.float32(0), np.float32(1), out=self.state)


def numpy_rate(crossbar, steps):
    """Synapse-steps a second."""
    start = time.perf_counter()
    for _ in range(steps):
        crossbar.step()
    return steps * crossbar.state.size / (time.perf_counter() - start)


def run(program, *arguments):
    """What `ohmscape ... --json` prints."""
    return json.loads(subprocess.run([program, *map(str, arguments), "--json"], check=True, capture_output=True).stdout)


def check_law(program, size, steps):
    """Both simulate the same thing: the means and spreads after some steps agree."""
    crossbar = NumpyCrossbar(size, 1)
    for _ in range(steps):
        crossbar.step()
    ours = run(program, "run", "-n", size, "-t", steps, "--device", "native")["state"]
    apart = abs(ours["mean"] - float(crossbar.state.mean())), abs(ours["std"] - float(crossbar.state.std()))
    if max(apart) > 5 / size:
        sys.exit(f"not the same law: mean and std are {apart[0]:g} and {apart[1]:g} apart")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=4096, help="rows and columns (default 4096)")
    parser.add_argument("--steps", type=int, default=160, help="steps of ohmscape a round (default 160)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--program", default="build/ohmscape")
    args = parser.parse_args()

    check_law(args.program, 512, 50)
    devices = run(args.program, "devices")["devices"]
    rows = {(d["id"], fuse): [] for d in devices for fuse in ("1", "auto")}
    setup = {d["id"]: [] for d in devices}
    peer, digests = [], set()
    crossbar = NumpyCrossbar(args.size, 1)
    crossbar.step()
    for _ in range(args.rounds):
        peer.append(numpy_rate(crossbar, 8))
        for device, fuse in rows:
            result = run(args.program, "run", "-n", args.size, "-t", args.steps, "--device", device, "--fuse", fuse)
            rows[device, fuse].append(result["synapse_steps_per_second"])
            setup[device].append(result["setup_seconds"])
            digests.add(result["digest"])
    if len(digests) != 1:
        sys.exit(f"the devices disagree: {sorted(digests)}")

    base = statistics.median(peer)
    print(f"{args.size} x {args.size}, median of {args.rounds} rounds; every digest {digests.pop()}")
    print(f"{'device':10} {'fuse':>5} {'synapse-steps/s':>16} {'times NumPy':>12} {'set-up, s':>10}")
    print(f"{'NumPy':10} {'':>5} {base:16.3g} {1:12.2f}")
    for (device, fuse), rates in rows.items():
        rate = statistics.median(rates)
        print(f"{device:10} {fuse:>5} {rate:16.3g} {rate / base:12.2f} {statistics.median(setup[device]):10.3f}")


if __name__ == "__main__":
    main()
