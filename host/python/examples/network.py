# %% [markdown]
# # A network on devices
#
# A convolutional network is trained with PyTorch as usual. Then `ohmscape.torch.convert` puts every `nn.Linear` and
# `nn.Conv2d` onto tiles of crossbars, and the test set is classified by these: with converters, read noise, programming
# errors and drift.

# %%
import gzip
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

import ohmscape.torch

SMALL = "OHMSCAPE_SMALL" in os.environ
torch.manual_seed(0)
FASHION = Path("/usr/share/datasets/fashion-mnist")  # of Debian's package dataset-fashion-mnist


# %%
def idx(path):
    raw = gzip.open(path).read()
    shape = np.frombuffer(raw, ">i4", raw[3], 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def data():
    """Pictures [samples, 1, height, width] and labels, for training and for the test."""
    files = sorted(FASHION.glob("*-ubyte.gz"))
    if len(files) == 4 and not SMALL:
        named = {f.name.partition("-ubyte")[0]: idx(f) for f in files}
        parts = [named[f"{part}-{what}"] for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1")]
        return "Fashion-MNIST", (parts[0], parts[1]), (parts[2][:2000], parts[3][:2000])
    try:
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
    except ImportError:
        rng = np.random.default_rng(0)
        y = rng.integers(0, 10, 1500)
        x = (rng.normal(size=(10, 64))[y] + rng.normal(0, 1, (1500, 64))).clip(-2, 4)
    return "digits", (x[:1200].reshape(-1, 8, 8), y[:1200]), (x[1200:].reshape(-1, 8, 8), y[1200:])


def tensors(part, largest):
    return torch.tensor(part[0][:, None] / largest, dtype=torch.float32), torch.tensor(part[1].astype(np.int64))


name, train, test = data()
largest = abs(train[0]).max()
x, y = tensors(train, largest)
tx, ty = tensors(test, largest)
if SMALL:
    x, y, tx, ty = x[:600], y[:600], tx[:60], ty[:60]
side = x.shape[-1]

# %%
net = nn.Sequential(
    nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(),
    nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
    nn.Flatten(), nn.Linear(16 * (side // 4) ** 2, 10),
)
optimiser = torch.optim.Adam(net.parameters(), 3e-3)
for _ in range(2 if side == 28 or SMALL else 12):
    for batch in torch.randperm(len(x)).split(64):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
        optimiser.step()
ideal = ohmscape.torch.accuracy(net, tx, ty)
print(f"{name}, in PyTorch: {ideal:.1%} of {len(ty)}")

# %% [markdown]
# Devices: first what they would be at their best, then one imperfection after the other.

# %%
bounds = "w_min=-0.6,w_max=0.6"
cases = {
    "ideal devices": {"model": f"soft-bounds:{bounds}"},
    "8-bit converters": {"model": f"soft-bounds:{bounds}", "dac": 8, "adc": 8},
    "5-bit converters": {"model": f"soft-bounds:{bounds}", "dac": 5, "adc": 5},
    "5 % read noise": {"model": f"soft-bounds:{bounds},read_noise=0.05"},
    "16 levels": {"model": f"soft-bounds:{bounds},levels=16"},
    "write and verify": {"model": "linear-step@EcRam", "method": "ispp", "program": {"tolerance": 0.02}},
    "2 % stuck": {"model": f"soft-bounds:{bounds},stuck_low=0.01,stuck_high=0.01"},
    "a month of drift": {"model": f"soft-bounds:{bounds},drift_nu=0.05~normal:0.03"},
}
if SMALL:
    cases = dict(list(cases.items())[:3])
found = {}
for case, how in cases.items():
    analog = ohmscape.torch.convert(net, tile=(256, 128), **how)
    if "drift" in case:
        for layer in analog:
            if isinstance(layer, ohmscape.torch.CrossbarModule):
                layer.idle(2.6e6)
    found[case] = ohmscape.torch.accuracy(analog, tx, ty)
    print(f"{case:<18} {found[case]:6.1%}")

# %%
figure, ax = plt.subplots(figsize=(6.4, 3.6))
ax.axvline(100 * ideal, color="gray", ls=":")
ax.barh(list(found), [100 * a for a in found.values()])
ax.invert_yaxis()
ax.set(xlabel="accuracy, %", title=f"{name} on devices; dotted: {ideal:.1%} in PyTorch")
figure.tight_layout()
figure.savefig("network.png", dpi=90)
