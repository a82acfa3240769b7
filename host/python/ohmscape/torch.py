"""PyTorch: layers whose weights are devices, with gradients, and the conversion of a trained network.

    import ohmscape.torch

    analog = ohmscape.torch.convert(net, model="soft-bounds:read_noise=0.02", tile=(128, 128), dac=8, adc=8)
    print(ohmscape.torch.accuracy(analog, images, labels))

Needs PyTorch, which the rest of ohmscape does not.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from .errors import DefinitionError
from .tiles import Tiles

__all__ = ["CrossbarConv2d", "CrossbarLinear", "CrossbarModule", "accuracy", "convert", "matmul"]


class _Matmul(torch.autograd.Function):
    """x @ W on devices. The gradient of x goes back through the devices too, that of W is what it would be."""

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any, x: torch.Tensor, weight: torch.Tensor | None, tiles: Tiles,
    ) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.tiles = tiles
        product = tiles.matmul(x.detach().cpu().numpy())
        return torch.from_numpy(product).to(x)

    @staticmethod
    def backward(  # type: ignore[override]
        ctx: Any, gradient: torch.Tensor,
    ) -> tuple[torch.Tensor | None, torch.Tensor | None, None]:
        (x,) = ctx.saved_tensors
        of_x = of_weight = None
        if ctx.needs_input_grad[0]:
            of_x = torch.from_numpy(ctx.tiles.matmul_transposed(gradient.detach().cpu().numpy())).to(gradient)
        if ctx.needs_input_grad[1]:
            of_weight = x.reshape(-1, x.shape[-1]).T @ gradient.reshape(-1, gradient.shape[-1])
        return of_x, of_weight, None


def matmul(x: torch.Tensor, tiles: Tiles, weight: torch.Tensor | None = None) -> torch.Tensor:
    """x @ W, [..., inputs] to [..., outputs], with gradients for x and, if given, for a weight [inputs, outputs]."""
    product: torch.Tensor = _Matmul.apply(x, weight, tiles)
    return product


class CrossbarModule(nn.Module):
    """A layer whose weight is on devices.

    ``weight`` is the parameter that an optimiser changes, and ``program()`` writes it to the devices again. The
    bias is added to what is read. ``tiles`` has the matrix of every group of channels.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, groups: int = 1, **how: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach().clone())
        self.bias = None if bias is None else nn.Parameter(bias.detach().clone())
        self.groups = groups
        seed = int(how.pop("seed", 1))
        self.tiles = [Tiles(w.detach().cpu().numpy(), seed=seed + 1000 * i, **how)
                      for i, w in enumerate(self.matrices())]

    def matrices(self) -> list[torch.Tensor]:
        """The weights of each group, [inputs, outputs]."""
        return [w.reshape(len(w), -1).T for w in self.weight.chunk(self.groups)]

    def program(self) -> None:
        """Writes the weight to the devices."""
        for tiles, w in zip(self.tiles, self.matrices()):
            tiles.program(w.detach().cpu().numpy())

    def idle(self, seconds: float) -> None:
        """Lets the devices drift."""
        for tiles in self.tiles:
            tiles.idle(seconds)

    def extra_repr(self) -> str:
        return ", ".join(map(repr, self.tiles))


class CrossbarLinear(CrossbarModule):
    """nn.Linear on devices. ``how`` are the arguments of Tiles."""

    def __init__(self, linear: nn.Linear, **how: Any) -> None:
        super().__init__(linear.weight, linear.bias, **how)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = matmul(x, self.tiles[0], self.weight.T)
        return y if self.bias is None else y + self.bias


class CrossbarConv2d(CrossbarModule):
    """nn.Conv2d on devices: the pixels under a kernel drive the word lines, one position after the other."""

    def __init__(self, conv: nn.Conv2d, **how: Any) -> None:
        if conv.padding_mode != "zeros" or isinstance(conv.padding, str):
            raise DefinitionError(f"a convolution with padding={conv.padding!r}, mode {conv.padding_mode}",
                                  "give the padding in pixels, with zeros")
        super().__init__(conv.weight, conv.bias, conv.groups, **how)
        self.kernel_size, self.stride = conv.kernel_size, conv.stride
        self.padding, self.dilation = conv.padding, conv.dilation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pixels = functional.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)
        parts = [matmul(part.transpose(1, 2), tiles, w)
                 for part, tiles, w in zip(pixels.chunk(self.groups, dim=1), self.tiles, self.matrices())]
        y = torch.cat(parts, dim=2).transpose(1, 2)
        height, width = (self._side(x.shape[2 + axis], axis) for axis in (0, 1))
        y = y.reshape(len(x), -1, height, width)
        return y if self.bias is None else y + self.bias.reshape(1, -1, 1, 1)

    def _side(self, side: int, axis: int) -> int:
        reach = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
        return int((side + 2 * int(self.padding[axis]) - reach) // self.stride[axis] + 1)


def _replace(module: nn.Module, how: dict[str, Any], seed: list[int]) -> nn.Module:
    for kind, analog in ((nn.Linear, CrossbarLinear), (nn.Conv2d, CrossbarConv2d)):
        if isinstance(module, kind):
            seed[0] += 1_000_000
            made: nn.Module = analog(module, **{**how, "seed": seed[0]})
            return made
    for name, child in module.named_children():
        setattr(module, name, _replace(child, how, seed))
    return module


def convert(network: nn.Module, *, seed: int = 1, **how: Any) -> nn.Module:
    """A copy of a network with every nn.Linear and nn.Conv2d on devices; the others compute as before.

    ``how`` are the arguments of Tiles: model, tile, method, dac, adc, wires and so on.
    """
    return _replace(copy.deepcopy(network), how, [seed - 1_000_000])


@torch.no_grad()
def accuracy(network: nn.Module, inputs: torch.Tensor, labels: torch.Tensor, batch: int = 256) -> float:
    """The fraction of inputs whose largest output is that of their label."""
    network.eval()
    right = 0
    for x, y in zip(inputs.split(batch), labels.split(batch)):
        right += int((network(x).argmax(dim=1) == y).sum())
    return right / len(labels)
