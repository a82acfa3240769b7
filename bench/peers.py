"""One peer of ohmscape's benchmark: the paper's crossbar, written as its language or library wants it.

    python3 peers.py NAME SIDE        (the benchmark runs it so, and talks to it)

It first prints a line of JSON: its version, or {"missing": what, "install": how}, or {"refused": why}. Then,
for each line with a number of steps on standard input, it starts afresh, does them, and prints their seconds
and the mean and standard deviation of the state. Every peer does the same law,

    w <- clip(w + beta sin(V) dt, 0, 1),  V uniform in [-5, 5),  w uniform in [0.1, 0.9) at first,

with beta = 0.5 and dt = 0.1, and is warm before it is timed.
"""

import importlib
import json
import math
import random
import sys
import time

BETA_DT = 0.5 * 0.1
LOW, HIGH = -5.0, 5.0
SEED = 1


class Peer:
    """module: what has to be there. install: how it gets there. most: synapses it is fit for."""

    module = "numpy"
    install = "apt install python3-numpy"
    most = 1 << 31

    def __init__(self, side):
        self.side = side
        self.prepare(importlib.import_module(self.module))

    def prepare(self, module):
        self.np = module

    def version(self):
        return f"{self.module} {importlib.import_module(self.module).__version__}"

    def finish(self):
        """Waits until the steps are done."""

    def moments(self):
        return float(self.w.mean(dtype="float64")), float(self.w.std(dtype="float64"))


class Seed(Peer):
    """The paper's way: an object a memristor, updated one by one; only the voltages come as a matrix."""

    most = 1 << 20

    class Memristor:
        def __init__(self, w):
            self.w, self.flux = w, 0

        def update(self, voltage, np):
            self.flux += voltage * 0.1
            self.w = np.clip(self.w + 0.5 * np.sin(voltage) * 0.1, 0, 1)

    def start(self):
        self.random = self.np.random.RandomState(SEED)
        self.array = [[self.Memristor(self.random.uniform(0.1, 0.9)) for _ in range(self.side)]
                      for _ in range(self.side)]

    def steps(self, count):
        for _ in range(count):
            voltages = self.random.uniform(LOW, HIGH, (self.side, self.side))
            for i in range(self.side):
                for j in range(self.side):
                    self.array[i][j].update(voltages[i, j], self.np)

    def moments(self):
        self.w = self.np.array([[m.w for m in row] for row in self.array])
        return super().moments()


class Numpy(Peer):
    """NumPy in place, with its Philox, one thread: as fast as its functions go."""

    dtype = "float32"

    def start(self):
        self.random = self.np.random.Generator(self.np.random.Philox(SEED))
        self.w = self.random.random((self.side, self.side), dtype=self.dtype)
        self.w *= self.np.asarray(0.8, self.dtype)
        self.w += self.np.asarray(0.1, self.dtype)
        self.v = self.np.empty_like(self.w)

    def steps(self, count):
        np, v, w = self.np, self.v, self.w
        span, low, rate, zero, one = (np.dtype(self.dtype).type(x) for x in (HIGH - LOW, LOW, BETA_DT, 0, 1))
        for _ in range(count):
            self.random.random(out=v, dtype=self.dtype)
            v *= span
            v += low
            np.sin(v, out=v)
            v *= rate
            w += v
            np.clip(w, zero, one, out=w)


class Numpy64(Numpy):
    dtype = "float64"


class Numba(Peer):
    """Numba: one compiled loop over rows in parallel, with its generator of a thread."""

    module = "numba"
    install = "apt install python3-numba"

    def prepare(self, numba):
        self.np = importlib.import_module("numpy")
        beta_dt, low, span = self.np.float32(BETA_DT), self.np.float32(LOW), self.np.float32(HIGH - LOW)
        zero, one = self.np.float32(0), self.np.float32(1)

        @numba.njit(parallel=True, fastmath=True)
        def step(w):
            for i in numba.prange(w.shape[0]):
                for j in range(w.shape[1]):
                    v = low + span * self_random()
                    w[i, j] = min(max(w[i, j] + beta_dt * math.sin(v), zero), one)

        @numba.njit
        def self_random():
            return self_float(random.random())

        self_float = self.np.float32
        self.step = step

    def start(self):
        self.w = self.np.random.default_rng(SEED).uniform(0.1, 0.9, (self.side, self.side)).astype("float32")

    def steps(self, count):
        for _ in range(count):
            self.step(self.w)


class Torch(Peer):
    """PyTorch in place, on its own threads."""

    module = "torch"
    install = "apt install python3-torch, or pip install torch"
    device = "cpu"

    def prepare(self, torch):
        self.torch = torch
        if self.device == "cuda" and not torch.cuda.is_available():
            raise Refused("PyTorch finds no GPU")

    def start(self):
        self.torch.manual_seed(SEED)
        shape = self.side, self.side
        self.w = self.torch.empty(shape, dtype=self.torch.float32, device=self.device).uniform_(0.1, 0.9)
        self.v = self.torch.empty_like(self.w)

    def steps(self, count):
        for _ in range(count):
            self.v.uniform_(LOW, HIGH).sin_()
            self.w.add_(self.v, alpha=BETA_DT).clamp_(0, 1)

    def finish(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def moments(self):
        w = self.w.double()
        return float(w.mean()), float(w.std(unbiased=False))


class TorchGpu(Torch):
    device = "cuda"


class Jax(Peer):
    """JAX: the step compiled as a whole, several of them in one call."""

    module = "jax"
    install = "pip install jax"
    platform = "cpu"

    def prepare(self, jax):
        self.jax, jnp = jax, importlib.import_module("jax.numpy")
        try:
            self.device = jax.devices(self.platform)[0]
        except RuntimeError:
            raise Refused("JAX finds no GPU") from None
        shape = self.side, self.side

        @jax.jit
        def steps(w, key, count):
            def one(i, carry):
                w, key = carry
                key, this = jax.random.split(key)
                v = jax.random.uniform(this, shape, minval=LOW, maxval=HIGH)
                return jnp.clip(w + BETA_DT * jnp.sin(v), 0, 1), key

            return jax.lax.fori_loop(0, count, one, (w, key))

        self.compiled = steps

    def start(self):
        self.key, key = self.jax.random.split(self.jax.random.PRNGKey(SEED))
        w = self.jax.random.uniform(key, (self.side, self.side), minval=0.1, maxval=0.9)
        self.w, self.key = self.jax.device_put((w, self.key), self.device)

    def steps(self, count):
        self.w, self.key = self.compiled(self.w, self.key, count)

    def finish(self):
        self.w.block_until_ready()

    def moments(self):
        w = importlib.import_module("numpy").asarray(self.w)
        return float(w.mean(dtype="float64")), float(w.std(dtype="float64"))


class JaxGpu(Jax):
    platform = "gpu"


class Cupy(Peer):
    """CuPy on a GPU: cuRAND's voltages, then one fused kernel."""

    module = "cupy"
    install = "apt install python3-cupy, or pip install cupy-cuda12x"

    def prepare(self, cupy):
        self.cupy = cupy
        try:
            cupy.cuda.runtime.getDeviceCount()
        except cupy.cuda.runtime.CUDARuntimeError:
            raise Refused("CuPy finds no GPU") from None
        self.update = cupy.ElementwiseKernel(
            "float32 u", "float32 w", "w = fminf(fmaxf(w + 0.05f * sinf(10.0f * u - 5.0f), 0.0f), 1.0f)", "update")

    def start(self):
        self.random = self.cupy.random.Generator(self.cupy.random.Philox4x3210(SEED))
        self.w = self.random.random((self.side, self.side), dtype="float32") * self.cupy.float32(0.8) + self.cupy.float32(0.1)
        self.u = self.cupy.empty_like(self.w)

    def steps(self, count):
        for _ in range(count):
            self.random.random(out=self.u, dtype="float32")
            self.update(self.u, self.w)

    def finish(self):
        self.cupy.cuda.Device().synchronize()


class Refused(Exception):
    """What is needed beside the module is not there."""


PEERS = {
    "seed-loop": Seed,
    "numpy-float32": Numpy,
    "numpy-float64": Numpy64,
    "numba": Numba,
    "pytorch": Torch,
    "pytorch-gpu": TorchGpu,
    "jax": Jax,
    "jax-gpu": JaxGpu,
    "cupy": Cupy,
}


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    kind, side = PEERS[sys.argv[1]], int(sys.argv[2])
    if side * side > kind.most:
        return say(refused=f"more than {kind.most:,} synapses would take minutes per step")
    try:
        peer = kind(side)
    except ImportError:
        return say(missing=kind.module, install=kind.install)
    except Refused as reason:
        return say(refused=str(reason))
    say(version=peer.version(), python=sys.version.split()[0])
    for line in sys.stdin:
        peer.start()
        peer.finish()
        begin = time.perf_counter()
        peer.steps(int(line))
        peer.finish()
        seconds = time.perf_counter() - begin
        mean, std = peer.moments()
        say(seconds=seconds, mean=mean, std=std)


if __name__ == "__main__":
    main()
