# %% [markdown]
# # The paper's listing, and ours
#
# *Simple Dynamic Visualization of Memristor-Based Synaptic Plasticity in a Simulated Neural Network* (2024) simulates
# N x N memristors, each an object that is updated in a loop. Every step, each sees a random voltage V:
#
# w <- clip(w + beta sin(V) dt, 0, 1),  R = R_on w + R_off (1 - w)
#
# ohmscape does the same with the same law. Its random numbers are its own, so that the states are not the same one by
# one, but have the same distribution.

# %%
import os
import time

import matplotlib.pyplot as plt
import numpy as np

import ohmscape

SMALL = "OHMSCAPE_SMALL" in os.environ  # as the tests run it


# %% [markdown]
# The paper's way, an object for each memristor, updated one by one:

# %%
class Memristor:
    def __init__(self, R_on=0.1, R_off=10, beta=0.5, initial_w=0.5):
        self.R_on, self.R_off, self.beta, self.w = R_on, R_off, beta, initial_w
        self.flux = 0

    def update(self, voltage, dt):
        self.flux += voltage * dt
        self.w += self.beta * np.sin(voltage) * dt
        self.w = np.clip(self.w, 0, 1)

    def resistance(self):
        return self.R_on * self.w + self.R_off * (1 - self.w)


def listing(n, steps, rng):
    devices = [[Memristor(initial_w=rng.uniform(0.1, 0.9)) for _ in range(n)] for _ in range(n)]
    for _ in range(steps):
        for row in devices:
            for device in row:
                device.update(rng.uniform(-5, 5), 0.1)
    return np.array([[device.w for device in row] for row in devices])


n, steps = (12, 10) if SMALL else (50, 200)
begin = time.perf_counter()
theirs = listing(n, steps, np.random.default_rng(1))
seconds = time.perf_counter() - begin
rate = n * n * steps / seconds
print(f"the listing    {n} x {n}, {steps} steps: {seconds:.2f} s, {rate:.3g} synapse-steps/s")

# %% [markdown]
# Ours, on the first device that works:

# %%
side, more = (512, steps) if SMALL else (4096, steps)
with ohmscape.Crossbar(side, seed=1) as x:
    x.advance(steps)  # which also compiles
    begin = time.perf_counter()
    x.advance(more)
    seconds = time.perf_counter() - begin
    ours = side * side * more / seconds
    print(f"ohmscape       {side} x {side}, {more} steps: {seconds:.2f} s, {ours:.3g} synapse-steps/s on {x.device}")
    print(f"               {ours / rate:,.0f} times as fast")
    x.restart()
    x.advance(steps)
    states, digest = x.state[...], x.digest
print(f"mean           {theirs.mean():.3f} and {states.mean():.3f}")
print(f"std            {theirs.std():.3f} and {states.std():.3f}")
print(f"digest         {digest}, the same on every device")

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
bins = np.linspace(0, 1, 26)
axes[0].hist(theirs.ravel(), bins, density=True, histtype="step", label=f"the listing, {n} x {n}")
axes[0].hist(states.ravel(), bins, density=True, histtype="step", label=f"ohmscape, {side} x {side}")
axes[0].set(xlabel="state w", ylabel="density", title=f"after {steps} steps")
axes[0].legend(loc="lower center")
axes[1].bar(["the listing", "ohmscape"], [rate, ours], log=True, color=["C0", "C1"])
axes[1].set(ylabel="synapse-steps/s", title=f"{ours / rate:,.0f} times as fast")
figure.tight_layout()
figure.savefig("paper.png", dpi=90)
