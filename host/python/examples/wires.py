# %% [markdown]
# # Wires against accuracy
#
# The lines of a crossbar have resistances, so that devices far from the drivers get less voltage. How much does that
# cost a classifier, and how much do smaller tiles help?

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import ohmscape

SMALL = "OHMSCAPE_SMALL" in os.environ


# %% [markdown]
# Handwritten digits of 8 x 8 pixels if scikit-learn is there, otherwise clouds of points.

# %%
def data():
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        rng = np.random.default_rng(0)
        labels = rng.integers(0, 10, 1500)
        return rng.normal(size=(10, 64))[labels] + rng.normal(0, 1.2, (1500, 64)), labels
    return load_digits(return_X_y=True)


x, labels = data()
x = x / abs(x).max()
rng = np.random.default_rng(1)
order = rng.permutation(len(x))
train, test = order[:1000], order[1000:1050] if SMALL else order[1000:1400]

# %% [markdown]
# The classifier: random features, and ridge regression of the labels on them. Both of its matrices go onto devices.

# %%
features = 32 if SMALL else 256
first = rng.normal(0, 1.5, (64, features)).clip(-3, 3)
hidden = np.maximum(x @ first, 0)
h, y = hidden[train], np.eye(10)[labels[train]] - 0.1
second = np.linalg.solve(h.T @ h + 10 * np.eye(features), h.T @ y)


def accuracy(product1, product2):
    scores = product2(np.maximum(product1(x[test]), 0))
    return np.mean(scores.argmax(axis=1) == labels[test])


ideal = accuracy(lambda v: v @ first, lambda v: v @ second)
print(f"in NumPy                     {ideal:.1%}")

# %%
resistances = [0.5, 8] if SMALL else [0.25, 0.5, 1, 2, 4, 8]  # ohm a segment
sizes = [32] if SMALL else [32, 64, 128]
device = "soft-bounds:w_min=-0.6,w_max=0.6,r_on=10000,r_off=100000"
found = np.empty((len(sizes), len(resistances)))
for i, size in enumerate(sizes):
    how = {"model": device, "tile": (size, size), "dac": 8}
    with ohmscape.Tiles(first, **how) as one, ohmscape.Tiles(second, **how) as two:
        for j, ohms in enumerate(resistances):
            one.wires = two.wires = f"row={ohms},col={ohms},tol=1e-4"
            found[i, j] = accuracy(one.matmul, two.matmul)
        shown = ", ".join(f"{a:.1%} at {r:g} ohm" for a, r in zip(found[i], resistances))
        print(f"tiles of {size:3} x {size:3}           {shown}")

# %%
figure, ax = plt.subplots(figsize=(6, 3.8))
ax.axhline(100 * ideal, color="gray", ls=":", label="without devices")
for size, line in zip(sizes, found):
    ax.semilogx(resistances, 100 * line, "o-", base=2, label=f"tiles of {size} x {size}")
ax.set(xlabel="ohm per segment of a line", ylabel="accuracy, %", title="devices of 10 to 100 kilohm")
ax.set_xticks(resistances, [f"{r:g}" for r in resistances])
ax.legend()
figure.tight_layout()
figure.savefig("wires.png", dpi=90)
