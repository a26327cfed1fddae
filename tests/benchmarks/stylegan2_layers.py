"""What the layers of StyleGAN2 do against what they could do instead, choice by choice, on a processor.

Each choice and its alternative give the same (but for one yardstick) and take turns in one run; a figure is the
alternative's time over the choice's, the median over the turns, of the forward and of the backward pass: above 1 the
choice is the faster. Times are those of the process, in one thread, so that other programs disturb them little. The
channels and sides are those of the discriminator of the configuration ``small``, and 128 channels at 32 px; bf16 is
left out where the processor has no instructions for it. The last line is one JSON object: for each choice, precision
and size the two ratios.

There is no limit to hold: a choice that loses at one size may win at another, and the comments beside the choices say
what holds where.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from fer.generators.stylegan2.discriminator import deviations
from fer.generators.stylegan2.layers import CLAMP, activated, clamped
from fer.generators.stylegan2.resampling import TAPS, blur, double
from fer.generators.stylegan2.synthesis import finished
from fer.runtime.device import Numerics, apply_numerics, device_kind, has_fast_bf16

BATCH = 16
SIZES = ((24, 32), (48, 16), (96, 8), (128, 32))
"""Channels and side."""
COARSE = ((128, 4),)
"""Of the deviations."""
GREY = ((1, 16), (1, 4))
"""Of images that are doubled."""
SINGLE, REDUCED = torch.float32, torch.bfloat16

Work = Callable[..., Tensor]


@dataclass(frozen=True)
class Choice:
    """Two ways of a layer. ``inputs``: from channels, side and precision to what both take."""

    name: str
    ours: Work
    other: Work
    inputs: Callable[[int, int, torch.dtype], Sequence[Tensor]]
    kinds: tuple[torch.dtype, ...]
    sizes: tuple[tuple[int, int], ...] = SIZES
    same: bool = True
    """Whether the other way is one to the same result, and not only a yardstick."""


def features(channels: int, side: int, kind: torch.dtype) -> Tensor:
    """Channels last, as the networks have them."""
    return torch.randn(BATCH, channels, side, side).to(kind, memory_format=torch.channels_last).requires_grad_()


def weights(*shape: int, kind: torch.dtype = SINGLE) -> Tensor:
    """To be learned."""
    return torch.randn(shape).to(kind).requires_grad_()


def only_features(channels: int, side: int, kind: torch.dtype) -> Sequence[Tensor]:
    """What a layer without weights takes."""
    return (features(channels, side, kind),)


def with_filters(channels: int, side: int, kind: torch.dtype) -> Sequence[Tensor]:
    """Features and dense filters of as many channels."""
    return features(channels, side, kind), weights(channels, channels, 3, 3, kind=kind)


def with_noise(channels: int, side: int, kind: torch.dtype) -> Sequence[Tensor]:
    """What ``finished`` takes; noise has no gradient."""
    return features(channels, side, kind), torch.randn(BATCH, 1, side, side), weights(), weights(channels)


def with_grey(channels: int, side: int, kind: torch.dtype) -> Sequence[Tensor]:
    """Grey images, and a weight for each channel."""
    return features(1, side, kind), weights(channels, kind=kind), weights(channels, kind=kind)


def with_pointwise(channels: int, side: int, kind: torch.dtype) -> Sequence[Tensor]:
    """Features, and 1 x 1 filters to as many channels."""
    return features(channels, side, kind), weights(channels, channels, 1, 1, kind=kind)


def separable(images: Tensor) -> Tensor:
    """``blur(images, 2)`` along one side, then the other."""
    channels = images.shape[1]
    taps = torch.tensor(TAPS, dtype=images.dtype) / sum(TAPS)
    across = functional.conv2d(images, taps.expand(channels, 1, 1, 4), padding=(0, 2), groups=channels)
    return functional.conv2d(across, taps.view(4, 1).expand(channels, 1, 4, 1), padding=(2, 0), groups=channels)


def transposed(images: Tensor) -> Tensor:
    """``double(images)``."""
    taps = torch.tensor(TAPS, dtype=images.dtype) / 4
    return functional.conv_transpose2d(images, taps.outer(taps)[None, None], stride=2, padding=1)


def summed(values: Tensor, noise: Tensor, strength: Tensor, bias: Tensor) -> Tensor:
    """``finished`` by sums in which one side is repeated."""
    kind = values.dtype
    return activated((values + bias.to(kind).view(1, -1, 1, 1)).add_((noise * strength).to(kind)))


def product(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Grey to channels by a product, activated before it is seen channels first: as ``FromGrey`` does."""
    count, _, height, width = images.shape
    active = activated(torch.addmm(bias, images.reshape(-1, 1), weight.unsqueeze(0)))
    return active.view(count, height, width, -1).permute(0, 3, 1, 2)


def product_seen_first(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The same product, activated after."""
    count, _, height, width = images.shape
    made = torch.addmm(bias, images.reshape(-1, 1), weight.unsqueeze(0))
    return activated(made.view(count, height, width, -1).permute(0, 3, 1, 2))


def convolved(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The same by a convolution, brought to channels last for what follows."""
    made = activated(functional.conv2d(images, weight.view(-1, 1, 1, 1), bias))
    return made.contiguous(memory_format=torch.channels_last)


def dense_skips(images: Tensor, weight: Tensor) -> Tensor:
    """Blurred everywhere; only the dense filter skips places, as ``Shortcut`` does."""
    return functional.conv2d(blur(images, padding=1), weight, stride=2)


def blur_skips(images: Tensor, weight: Tensor) -> Tensor:
    """The same, blurred only where the dense filter looks."""
    channels = images.shape[1]
    taps = torch.tensor(TAPS, dtype=images.dtype) / sum(TAPS)
    filters = taps.outer(taps).expand(channels, 1, 4, 4)
    return functional.conv2d(functional.conv2d(images, filters, padding=1, stride=2, groups=channels), weight)


def by_clamp(values: Tensor) -> Tensor:
    """``clamped(values)`` by the operation of that name."""
    return values.clamp(-CLAMP, CLAMP)


def by_var(values: Tensor) -> Tensor:
    """``deviations`` of one group, a channel each feature."""
    return (values.var(dim=0, correction=0) + 1e-8).sqrt().mean(dim=(1, 2)).unsqueeze(0)


def of_one_group(values: Tensor) -> Tensor:
    """The same by ``deviations``."""
    return deviations(values, BATCH, values.shape[1])


def filtered(values: Tensor, filters: Tensor) -> Tensor:
    """A dense convolution, which has nothing to do with the blur but its size."""
    return functional.conv2d(values, filters, padding=1)


def blurred(values: Tensor, filters: Tensor) -> Tensor:  # noqa: ARG001 - what the dense one takes
    """The blur that a dense convolution is compared with."""
    return blur(values, padding=2)


BOTH = (SINGLE, REDUCED)
CHOICES = (
    Choice("blur: 4 x 4 taps at once / two steps of 4", partial(blur, padding=2), separable, only_features, BOTH),
    Choice("blur / yardstick: a dense 3 x 3 convolution", blurred, filtered, with_filters, BOTH, same=False),
    Choice("shortcut: the dense filter skips / the blur skips", dense_skips, blur_skips, with_pointwise, BOTH),
    Choice("double: two products / transposed convolution", double, transposed, only_features, (SINGLE,), GREY),
    Choice("noise and bias: one product / sums", finished, summed, with_noise, (REDUCED,)),
    Choice("from grey: a product / a convolution", product, convolved, with_grey, BOTH),
    Choice("activated before / after it is channels first", product, product_seen_first, with_grey, BOTH),
    Choice("clamp: hardtanh / clamp", clamped, by_clamp, only_features, (REDUCED,)),
    Choice("deviations: mean of squares / var", of_one_group, by_var, only_features, (SINGLE,), COARSE),
)


def timed(work: Work, inputs: Sequence[Tensor], repeats: int) -> tuple[float, float]:
    """Seconds of this process for the forward and for the backward pass."""
    forward = backward = 0.0
    for _ in range(repeats):
        started = time.process_time()
        result = work(*inputs)
        forward += time.process_time() - started
        gradient = torch.ones_like(result)
        started = time.process_time()
        torch.autograd.grad(result, [one for one in inputs if one.requires_grad], gradient, allow_unused=True)
        backward += time.process_time() - started
    return forward, backward


def compared(choice: Choice, size: tuple[int, int], kind: torch.dtype, turns: int, repeats: int) -> dict[str, float]:
    """The other way's time over ours."""
    inputs = choice.inputs(*size, kind)
    ratios: list[tuple[float, float]] = []
    for turn in range(turns + 1):
        ways = (choice.ours, choice.other)
        times = {way: timed(way, inputs, repeats) for way in (ways if turn % 2 else reversed(ways))}
        ours, other = (times[way] for way in ways)
        ratios.append((other[0] / ours[0], other[1] / ours[1]))
    forward, backward = zip(*ratios[1:], strict=True)  # the first turn warms up
    return {"forward": round(statistics.median(forward), 2), "backward": round(statistics.median(backward), 2)}


def main() -> None:
    """Print a line per choice, precision and size, and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9, help="how often the two ways take turns")
    parser.add_argument("--repeats", type=int, default=10, help="passes of one turn")
    arguments = parser.parse_args()
    apply_numerics(Numerics("cpu", "fp32", 1))
    torch.manual_seed(0)
    found = []
    for choice in CHOICES:
        for kind in choice.kinds if has_fast_bf16("cpu") else set(choice.kinds) & {SINGLE}:
            precision = "bf16" if kind == REDUCED else "fp32"
            for channels, side in choice.sizes:
                ratios = compared(choice, (channels, side), kind, arguments.turns, arguments.repeats)
                row = {"choice": choice.name, "precision": precision, "channels": channels, "side": side}
                found.append({**row, **ratios})
                paces = f"forward {ratios['forward']:5.2f}, backward {ratios['backward']:5.2f}"
                print(f"{choice.name:50} {precision} {channels:3} channels {side:2} px: {paces}", flush=True)
    print(json.dumps({"kind": device_kind("cpu"), "batch": BATCH, "choices": found}))


if __name__ == "__main__":
    main()
