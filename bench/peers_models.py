"""The device models of ohmscape in NumPy, one thread, float32: what its benchmark holds its own against.

    python3 peers_models.py        (the benchmark runs it so, and talks to it)

It first prints a line of JSON: its version, or {"missing": what, "install": how}. Then, for each line of JSON
on standard input, which tells model, stimulus, init, dt, side and steps as ohmscape spells them out, it starts
afresh, does the steps, and prints their seconds and the mean and standard deviation of the state, or
{"refused": why}. Every model is in place, with arrays made beforehand: as fast as NumPy's functions go.
"""

import json
import math
import sys
import time

INSTALL = "apt install python3-numpy"
SEED = 1
Q_PER_K = 11604.518  # elementary charge over Boltzmann's constant, K/V


class Refused(Exception):
    """There is no such model here."""


class Spec:
    """NAME:key=value,… as ohmscape writes it; a value is a number or a word, perhaps spread: 1~normal:0.1."""

    def __init__(self, text):
        self.name, _, values = text.partition(":")
        self.values = dict(item.split("=", 1) for item in values.split(",") if item)

    def __getattr__(self, key):
        return float(self.values[key])


# ---- What all models share --------------------------------------------------------------------


class Model:
    """change() puts into d what a (sub-)step at the voltages v adds to the states w. e is to be used."""

    low, high = 0.0, 1.0
    standard_noise = 0.0
    spreads = {}  # keys that may be spread normally, with the ranges that they are cut to
    needs = {}  # other values than these are not here

    def __init__(self, np, spec, dt, side):
        self.np, self.p, self.dt, self.shape = np, spec, dt, (side, side)
        self.substeps = int(spec.values.get("substeps", 1))
        self.gain = dt / self.substeps
        for key, value in spec.values.items():
            if value not in self.needs.get(key, [value]):
                raise Refused(f"no NumPy version of {spec.name} with {key}={value}")
            if "~" in value and key not in self.spreads:
                raise Refused(f"no NumPy version of {spec.name} with {key} spread")
            if key.startswith("stuck"):
                raise Refused(f"no NumPy version of {spec.name} with {key}")
        self.noise = float(spec.values.get("noise", self.standard_noise))
        self.random = np.random.Generator(np.random.Philox(SEED))

    def draw(self, out):
        self.random.random(out=out, dtype=self.np.float32)
        return out

    def array(self):
        """A new one, in memory already."""
        return self.np.full(self.shape, 0, "float32")

    def device(self, key):
        """A parameter's value: a number, or an array if it is spread over the devices."""
        value, _, spread = self.p.values[key].partition("~")
        if not spread:
            return float(value)
        kind, sigma = spread.split(":")
        if kind != "normal":
            raise Refused(f"no NumPy version of a {kind} spread")
        low, high = self.spreads[key]
        z = self.random.standard_normal(self.shape, dtype="float32")
        z *= float(sigma)
        z += float(value)
        while (outside := (z < low) | (z > high)).any():
            fresh = self.random.standard_normal(int(outside.sum()), dtype="float32")
            z[outside] = fresh * float(sigma) + float(value)
        return z

    def start(self, init):
        self.v, self.d, self.e = self.array(), self.array(), self.array()
        self.prepare()
        self.w = self.draw(self.array())
        self.w *= init.hi - init.lo
        self.w += init.lo
        self.w = self.initial(self.w)
        self.np.clip(self.w, self.low, self.high, out=self.w)

    def prepare(self):
        """What is worked out once."""

    def initial(self, x):
        return x

    def steps(self, count, stimulus):
        np, w, v, d = self.np, self.w, self.v, self.d
        span, lo = stimulus.hi - stimulus.lo, stimulus.lo
        shake = self.array() if self.noise else None
        for _ in range(count):
            self.draw(v)
            v *= span
            v += lo
            if self.noise:
                self.random.standard_normal(out=shake, dtype=np.float32)
                shake *= self.noise
                shake += 1
            for _ in range(self.substeps):
                self.change()
                if self.noise:
                    d *= shake
                w += d
                np.clip(w, self.low, self.high, out=w)

    def power(self, x, exponent):
        """x to a power, in place; small whole ones are multiplied out, with e."""
        if exponent == 2:
            x *= x
        elif exponent in (3, 4):
            self.np.copyto(self.e, x)
            for _ in range(int(exponent) - 1):
                x *= self.e
        elif exponent != 1:
            self.np.power(x, exponent, out=x)

    def by_sign(self, down, up):
        """One number where the voltage is below 0, and another where it is not."""
        f = self.np.float32
        return self.np.where(self.negative, f(down), f(up))


# ---- The models -------------------------------------------------------------------------------


class SinState(Model):
    def change(self):
        self.np.sin(self.v, out=self.d)
        self.d *= self.p.beta * self.dt


class SinResistance(Model):
    def prepare(self):
        self.low, self.high = self.p.r_on, self.p.r_off

    def initial(self, x):
        x *= self.low - self.high
        x += self.high
        return x

    def change(self):
        self.np.sin(self.v, out=self.d)
        self.d *= self.p.alpha * self.dt


class LinearIonDrift(Model):
    needs = {"window": ["none", "joglekar"], "v_th": ["0"]}

    def prepare(self):
        p = self.p
        self.speed = p.mu / p.d * p.r_on / p.d * self.gain
        self.joglekar = p.values["window"] == "joglekar"
        self.y = self.array() if self.joglekar else None

    def change(self):
        np, d, p = self.np, self.d, self.p
        np.multiply(self.w, p.r_on - p.r_off, out=d)
        d += p.r_off
        np.divide(self.v, d, out=d)
        d *= self.speed
        if self.joglekar:
            y = np.multiply(self.w, 2, out=self.y)
            y -= 1
            y *= y
            self.power(y, p.p)
            np.subtract(1, y, out=y)
            d *= y


class Vteam(Model):
    needs = {"window": ["none"]}

    def initial(self, x):
        return self.np.subtract(1, x, out=x)

    def prepare(self):
        self.on = self.array()

    def beyond(self, out, threshold, exponent, speed):
        out = self.np.multiply(self.v, 1 / threshold, out=out)
        out -= 1
        self.np.maximum(out, 0, out=out)
        self.power(out, exponent)
        out *= speed / self.p.d * self.gain

    def change(self):
        p = self.p
        self.beyond(self.d, p.v_off, p.alpha_off, p.k_off)
        self.beyond(self.on, p.v_on, p.alpha_on, p.k_on)
        self.d += self.on


class Yakopcic(Model):
    def prepare(self):
        self.low = self.p.x_min
        self.past = self.array()

    def initial(self, x):
        x *= 1 - self.low
        x += self.low
        return x

    # dx/dt = η·g·f: g of the voltage into d, f of the state into e.
    def change(self):
        np, p, d, e, past = self.np, self.p, self.d, self.e, self.past
        self.negative = negative = self.v < 0
        np.abs(self.v, out=d)
        np.exp(d, out=d)
        d -= self.by_sign(math.exp(p.v_n), math.exp(p.v_p))
        np.maximum(d, 0, out=d)
        d *= self.by_sign(-p.a_n * p.eta * self.gain, p.a_p * p.eta * self.gain)
        self.negative = falling = negative if p.eta >= 0 else ~negative
        np.subtract(self.w, p.x_p, out=past)
        np.subtract(1 - p.x_n, self.w, out=past, where=falling)
        np.maximum(past, 0, out=past)
        np.multiply(past, self.by_sign(-p.alpha_n, -p.alpha_p), out=e)
        np.exp(e, out=e)
        d *= e
        past *= self.by_sign(-1 / (1 - p.x_n), -1 / (1 - p.x_p))
        past += 1
        d *= past


class Mmss(Model):
    def prepare(self):
        self.beta = Q_PER_K / self.p.temperature

    # 1/(1 + e^{(threshold − V)·q/kT}), or with the voltage's sign turned.
    def share(self, out, sign, threshold):
        np = self.np
        np.multiply(self.v, -sign * self.beta, out=out)
        out += threshold * self.beta
        np.minimum(out, 80, out=out)
        np.exp(out, out=out)
        out += 1
        np.divide(1, out, out=out)

    def change(self):
        d, e = self.d, self.e
        self.share(d, 1, self.p.v_on)
        self.share(e, -1, self.p.v_off)
        e += d
        e *= self.w
        d -= e
        d *= self.gain / self.p.tau


class StanfordPku(Model):
    def prepare(self):
        self.low, self.high = self.p.g_min, self.p.g_max
        self.gamma = self.array()

    def initial(self, x):
        x *= self.low - self.high
        x += self.high
        return x

    def change(self):
        np, p, g, v, d, e, gamma = self.np, self.p, self.w, self.v, self.d, self.e, self.gamma
        np.multiply(g, -1 / p.g0, out=d)  # the current
        np.exp(d, out=d)
        np.multiply(v, 1 / p.v0, out=e)
        np.sinh(e, out=e)
        d *= e
        d *= p.i0
        d *= v
        np.abs(d, out=d)
        d *= p.r_th
        d += p.t0
        np.divide(Q_PER_K, d, out=d)  # q/kT
        np.multiply(g, 1e9, out=gamma)
        np.multiply(gamma, gamma, out=e)
        gamma *= e
        gamma *= -p.beta
        gamma += p.gamma0
        np.abs(v, out=e)
        e *= gamma
        resting = e < p.f_min * p.t_ox
        gamma *= v
        gamma *= d
        gamma *= p.a0 / p.t_ox
        np.clip(gamma, -60, 60, out=gamma)
        np.sinh(gamma, out=gamma)
        d *= -p.e_a
        np.exp(d, out=d)
        d *= gamma
        d *= -p.speed * self.gain
        np.copyto(d, 0, where=resting)


class Pulsed(Model):
    """Pulses up for V > 0, down for V < 0. That V is 0 is too rare for a pass over the array."""

    standard_noise = 0.3
    spreads = {"dw_min": (1e-9, 1), "up_down": (-0.99, 0.99), "w_min": (-100, -1e-3), "w_max": (1e-3, 100),
               "gamma_up": (-1, 1), "gamma_down": (-1, 1)}

    def prepare(self):
        dw, b = self.device("dw_min"), self.device("up_down")
        self.up, self.down = dw * (1 + b), dw * (b - 1)
        self.low, self.high = self.device("w_min"), self.device("w_max")

    def initial(self, x):
        x *= self.high - self.low
        x += self.low
        return x


class LinearStep(Pulsed):
    def gammas(self):
        return self.device("gamma_up"), self.device("gamma_down")

    def prepare(self):
        super().prepare()
        gamma_up, gamma_down = self.gammas()
        self.up_slope = -self.up * gamma_up / self.high
        self.down_slope = -self.down * gamma_down / self.low

    def change(self):
        np, d, e = self.np, self.d, self.e
        np.multiply(self.w, self.up_slope, out=d)
        d += self.up
        np.multiply(self.w, self.down_slope, out=e)
        e += self.down
        np.copyto(d, e, where=self.v < 0)


class SoftBounds(LinearStep):
    def gammas(self):
        return 1, 1


class ExpStep(Pulsed):
    def prepare(self):
        super().prepare()
        self.scale = 2 * self.p.a / (self.high - self.low)

    def change(self):
        np, p, d = self.np, self.p, self.d
        self.negative = self.v < 0
        np.multiply(self.w, self.scale, out=d)
        d += p.b
        d *= self.by_sign(-p.gamma_down, p.gamma_up)
        np.exp(d, out=d)
        d *= self.by_sign(-p.a_down, -p.a_up)
        d += 1
        np.maximum(d, 0, out=d)
        d *= np.where(self.negative, self.down, self.up)


MODELS = {
    "sin-state": SinState,
    "sin-resistance": SinResistance,
    "linear-ion-drift": LinearIonDrift,
    "vteam": Vteam,
    "yakopcic": Yakopcic,
    "mmss": Mmss,
    "stanford-pku": StanfordPku,
    "linear-step": LinearStep,
    "soft-bounds": SoftBounds,
    "exp-step": ExpStep,
}


# ---- The benchmark's questions ----------------------------------------------------------------


def say(**what):
    print(json.dumps(what), flush=True)


def uniform(text):
    spec = Spec(text)
    if spec.name != "uniform":
        raise Refused(f"no NumPy version with {spec.name} values")
    return spec


def run(np, task):
    spec, stimulus, init = Spec(task["model"]), uniform(task["stimulus"]), uniform(task["init"])
    if spec.name not in MODELS:
        raise Refused(f"no NumPy version of {spec.name}")  # jart-vcm: a root would be most of its time
    model = MODELS[spec.name](np, spec, task["dt"], task["side"])
    model.start(init)
    begin = time.perf_counter()
    model.steps(task["steps"], stimulus)
    seconds = time.perf_counter() - begin
    mean, std = float(model.w.mean(dtype="float64")), float(model.w.std(dtype="float64"))
    return {"seconds": seconds, "mean": mean, "std": std}


def main():
    try:
        import numpy as np
    except ImportError:
        return say(missing="numpy", install=INSTALL)
    say(version=f"numpy {np.__version__}", python=sys.version.split()[0])
    for line in sys.stdin:
        try:
            say(**run(np, json.loads(line)))
        except Refused as reason:
            say(refused=str(reason))


if __name__ == "__main__":
    main()
