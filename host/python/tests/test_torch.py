"""Layers for PyTorch, and networks that are put onto devices."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="no torch")

import ohmscape  # noqa: E402
import ohmscape.torch  # noqa: E402

IDEAL = "soft-bounds:w_min=-0.6,w_max=0.6"
nn = torch.nn


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(5)


@pytest.mark.parametrize("conv", [
    nn.Conv2d(2, 6, 3), nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=1, groups=2),
    nn.Conv2d(2, 3, 3, dilation=2, bias=False),
], ids=str)
def test_convolutions_are_those_of_torch(conv):
    x = torch.randn(3, conv.in_channels, 9, 8, requires_grad=True)
    analog = ohmscape.torch.CrossbarConv2d(conv, model=IDEAL, tile=(16, 8))
    expected, found = conv(x), analog(x)
    assert found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5)
    expected.square().sum().backward()
    gradient, x.grad = x.grad, None
    found.square().sum().backward()
    assert torch.allclose(x.grad, gradient, atol=1e-4)
    assert torch.allclose(analog.weight.grad, conv.weight.grad, atol=1e-3)
    conv.zero_grad()


def test_gradients_are_finite_differences():
    tiles = ohmscape.Tiles(np.random.default_rng(1).normal(size=(5, 4)), model=IDEAL)
    x = torch.randn(2, 5, requires_grad=True)
    direction = torch.randn(2, 5)
    f = lambda z: ohmscape.torch.matmul(z, tiles).pow(2).sum()
    f(x).backward()
    step = 1e-2
    with torch.no_grad():
        difference = (f(x + step * direction) - f(x - step * direction)) / (2 * step)
    assert torch.allclose((x.grad * direction).sum(), difference, rtol=1e-2)


def network():
    return nn.Sequential(nn.Linear(6, 20), nn.ReLU(), nn.Linear(20, 2))


def test_a_network_is_converted_and_its_copy_trained():
    x = torch.randn(400, 6)
    labels = (x[:, 0] > x[:, 1]).long()
    net = network()
    optimiser = torch.optim.Adam(net.parameters(), 0.02)
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(x), labels).backward()
        optimiser.step()
    ideal = ohmscape.torch.accuracy(net, x, labels)
    assert ideal > 0.95
    analog = ohmscape.torch.convert(net, model=IDEAL, tile=(8, 16))
    assert isinstance(net[0], nn.Linear)  # the original is as it was
    assert torch.allclose(analog(x), net(x), atol=1e-4) and "Tiles" in str(analog)
    assert ohmscape.torch.accuracy(analog, x, labels) == ideal
    worse = ohmscape.torch.accuracy(ohmscape.torch.convert(net, model=IDEAL + ",levels=2"), x, labels)
    assert worse < ideal
    # Trained on through the devices: forward and backward by readouts, then programmed again.
    with torch.no_grad():
        for layer in (analog[0], analog[2]):
            layer.weight += 0.3 * torch.randn_like(layer.weight)
            layer.program()
    before = nn.functional.cross_entropy(analog(x), labels).item()
    optimiser = torch.optim.SGD(analog.parameters(), 0.2)
    for _ in range(15):
        optimiser.zero_grad()
        nn.functional.cross_entropy(analog(x), labels).backward()
        optimiser.step()
        for layer in (analog[0], analog[2]):
            layer.program()
    assert nn.functional.cross_entropy(analog(x), labels).item() < before


def test_padding_that_cannot_be_is_refused():
    with pytest.raises(ohmscape.DefinitionError, match="padding"):
        ohmscape.torch.convert(nn.Conv2d(1, 1, 3, padding="same"))
    with pytest.raises(ohmscape.DefinitionError, match="reflect"):
        ohmscape.torch.convert(nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"))


def test_torch_shares_the_memory():
    x = ohmscape.Crossbar(10, 20, device="native")
    shared = torch.from_dlpack(x)
    assert shared.shape == (10, 20) and shared.stride() == (64, 1)
    x.advance(3)
    assert np.array_equal(shared.numpy(), x.state[...])
    shared[2, 3] = 0.25
    assert x.state[2, 3] == 0.25
