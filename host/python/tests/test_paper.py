"""The paper's listing as an oracle: its law and random numbers of its own give the same distribution."""

import numpy as np
import pytest

import ohmscape


class Memristor:
    """As in the paper: w <- clip(w + beta sin(V) dt, 0, 1)."""

    def __init__(self, w):
        self.w = w

    def update(self, voltage, beta=0.5, dt=0.1):
        self.w = min(max(self.w + beta * np.sin(voltage) * dt, 0), 1)

    def resistance(self, r_on=0.1, r_off=10):
        return r_on * self.w + r_off * (1 - self.w)


def listing(n, steps, rng):
    devices = [Memristor(w) for w in rng.uniform(0.1, 0.9, n)]
    for _ in range(steps):
        for device, v in zip(devices, rng.uniform(-5, 5, n)):
            device.update(v)
    return np.array([d.w for d in devices]), np.array([d.resistance() for d in devices])


@pytest.mark.parametrize("steps", [1, 60])
def test_the_states_are_distributed_as_those_of_the_listing(steps, rng):
    ours = ohmscape.Crossbar(100, 200, device="native")
    ours.advance(steps)
    w, r = listing(1600, steps, rng)
    grid = np.linspace(0, 1, 41)
    everything = ours.state[...].ravel()
    for values, theirs in ((everything, w), (ours.resistance[...].ravel(), r)):
        at = np.quantile(theirs, grid)
        steps_of = lambda a: np.searchsorted(np.sort(a), at, side="right") / len(a)
        # Kolmogorov and Smirnov: beyond 1.95 sqrt(1/n + 1/m) with a probability of 0.001.
        assert abs(steps_of(values) - steps_of(theirs)).max() < 1.95 * np.sqrt(1 / len(theirs) + 1 / len(values))
    assert np.mean(everything == 1) == pytest.approx(np.mean(w == 1), abs=0.03)


def test_a_device_follows_the_law_exactly():
    x = ohmscape.Crossbar(1, device="native", precision="extended")
    device = Memristor(float(x.state[0, 0]))
    for t in range(50):
        device.update(float(x.voltages(t)[0, 0]))
    x.advance(50)
    assert x.exact()[0, 0] == pytest.approx(device.w, abs=1e-6)
