# %% [markdown]
# # Current-voltage loops
#
# A memristor is known by its loop: driven by a wave, its current depends on the voltage and on what it has seen
# before. Every row of a crossbar can be another device, here one model with device-to-device variability.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import ohmscape

SMALL = "OHMSCAPE_SMALL" in os.environ

# Of each model the period of a wave in s that shows its loop, and what it is.
models = {
    "yakopcic:a1=0.17~lognormal:0.3,a2=0.17~lognormal:0.3,a_p=4000~lognormal:0.3": (0.01, "a threshold, and sinh"),
    "vteam:k_on=-10~lognormal:0.3,k_off=5e-4~lognormal:0.3": (2e-7, "a threshold"),
    "linear-ion-drift:window=biolek,p=2,substeps=100": (1, "a boundary that drifts"),
    "mmss:r_on=500~lognormal:0.2": (1e-3, "switches, on or off"),
}
POINTS = 100 if SMALL else 1000  # of a period
DEVICES = 5 if SMALL else 40

# %% [markdown]
# After each step we take the voltage of the devices, and their currents at that voltage: both are planes of the
# crossbar, read for all devices at once.


# %%
def loops(model, period, periods=2):
    with ohmscape.Crossbar(1, DEVICES, model=model, dt=period / POINTS, stimulus=f"wave:frequency={1 / period}",
                           init="constant:value=0.1", device="native") as x:
        voltage, current = [], []
        for _ in range(periods * POINTS):
            x.advance()
            voltage.append(x.voltage[0, 0])
            current.append(x.current[0])
    return np.array(voltage), np.array(current)


# %%
figure, axes = plt.subplots(1, len(models), figsize=(13, 3.4))
for ax, (model, (period, what)) in zip(axes, models.items()):
    v, i = loops(model, period)
    name = model.partition(":")[0]
    ax.plot(v, 1e3 * i, color="C0", lw=0.7, alpha=0.4)
    ax.set(title=f"{name}\n{what}", xlabel="V", ylabel="mA")
    print(f"{name:<18}{v.min():6.2f} to {v.max():4.2f} V, {1e3 * i.min():8.3g} to {1e3 * i.max():8.3g} mA")
figure.tight_layout()
figure.savefig("loops.png", dpi=90)
