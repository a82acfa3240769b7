"""A crossbar's readout in NumPy: what ohmscape's readouts are compared with.

    python3 peers_read.py numpy-float32 SIDE BATCH        (the benchmark runs it so, and talks to it)

It first prints a line of JSON: its version, or {"missing": what, "install": how}, or {"refused": why}. Then it
takes float32 from standard input: conductances [SIDE, SIDE], voltages [BATCH, SIDE] and the currents that
ohmscape read [BATCH, SIDE]. For each line with a number of vectors it then multiplies as many, BATCH at a time,
and prints the seconds, the number of products and the largest difference from ohmscape's currents, relative to
the largest current.
"""

import json
import sys
import time

MOST = 1 << 30


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    side, batch = int(sys.argv[2]), int(sys.argv[3])
    if side * side > MOST:
        return say(refused=f"more than {MOST:,} conductances would take minutes to hand over")
    try:
        import numpy as np
    except ImportError:
        return say(missing="numpy", install="apt install python3-numpy")
    say(version=f"numpy {np.__version__}", python=sys.version.split()[0])

    def take(*shape):
        count = int(np.prod(shape))
        return np.frombuffer(sys.stdin.buffer.read(4 * count), dtype=np.float32).reshape(shape)

    w, x, ours = take(side, side), take(batch, side), take(batch, side)
    if batch == 1:
        x, ours = x[0], ours[0]
    for line in sys.stdin.buffer:
        calls = -(-int(line) // batch)
        begin = time.perf_counter()
        for _ in range(calls):
            y = x @ w
        seconds = time.perf_counter() - begin
        say(seconds=seconds, calls=calls, difference=float(abs(y - ours).max() / abs(ours).max()))


if __name__ == "__main__":
    main()
