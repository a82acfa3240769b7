# %% [markdown]
# # A sweep of parameters
#
# How well can a matrix be programmed? Here over two things that a technology decides: how far one pulse moves a
# device, and how much that differs from pulse to pulse. Each point is a crossbar of its own, programmed by at most 20
# cycles of write and verify.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import ohmscape

SMALL = "OHMSCAPE_SMALL" in os.environ
side = 24 if SMALL else 96
noises = [0, 1] if SMALL else [0, 0.2, 0.5, 1, 2, 4]
pulses = [0.002, 0.2] if SMALL else [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]

# %% [markdown]
# `dw_min` is the largest step of a pulse, of a state from -0.6 to 0.6; each is multiplied by 1 + noise xi, with xi
# normal. The seed fixes the devices and their noise, so that the sweep gives the same numbers on any machine.

# %%
devices = ohmscape.Devices("native")  # shared by all crossbars
goal = np.random.default_rng(3).uniform(0.2, 0.8, (side, side))
left = np.empty((len(noises), len(pulses)))
for i, noise in enumerate(noises):
    for j, size in enumerate(pulses):
        model = f"soft-bounds:dw_min={size},w_min=-0.6,w_max=0.6,noise={noise}"
        with ohmscape.Crossbar(side, model=model, device=devices, seed=7) as x:
            low, high = x.nominal_range
            report = x.program(low + goal * (high - low), cycles=20, tolerance=0.005)
            left[i, j] = np.hypot(report.error_mean, report.error_std)
    print(f"noise {noise:3}: an error of " + ", ".join(f"{e:.2%} at {size:g}" for e, size in zip(left[i], pulses)))

# %%
figure, ax = plt.subplots(figsize=(6.4, 3.8))
image = ax.imshow(np.log10(100 * left), aspect="auto", origin="lower", cmap="viridis")
for i in range(len(noises)):
    for j in range(len(pulses)):
        ax.text(j, i, f"{100 * left[i, j]:.2g}", ha="center", va="center", color="white", fontsize=8)
ax.set_xticks(range(len(pulses)), [f"{p:g}" for p in pulses])
ax.set_yticks(range(len(noises)), [f"{n:g}" for n in noises])
ax.set(xlabel="dw_min, the step of a pulse", ylabel="noise from pulse to pulse",
       title=f"Error on {side} x {side} devices, % of the conductance range")
figure.tight_layout()
figure.savefig("sweep.png", dpi=90)
