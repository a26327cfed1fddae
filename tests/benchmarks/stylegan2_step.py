"""A training step of StyleGAN2 against a straightforward version of the same networks, per size.

The straightforward version has filters of each image's own, in one convolution that is grouped by image; it blurs in a
step of its own, computes in single precision, and makes generated images once for each of the two networks, as the
published training loop does. Parameters, losses and regularisers are the same. Both take turns in one run; a
figure is the median over the turns. A full step is 12 of 16 plain ones, 3 with path lengths, and 1 with the gradient
penalty as well. The last line is one JSON object, for each size:

- ``images_per_second`` of a full step, ours and the straightforward one's, and their ``ratio``;
- ``convolution_share``: floating-point operations per second of our step over those of the machine's dense 3 x 3
  convolution, forward and backward, of the same channels, side and precision, measured in the same run;
- ``wanted``: four times the images per second of the reference implementation, the authors' own in PyTorch. Its figures
  were set as the goal before these networks were written, and are not measured here: its step does 17.9, 0.88 and 6.5
  images per second at these channels and sides (``Size.reference``) on a two-core processor with AVX512 whose 3 x 3
  convolution of 128 channels does 0.19 (fp32) and 0.36 (bf16) TFLOP/s forward and backward (``YARDSTICK``). They are
  brought to this machine by its own pace at that convolution, ``yardstick_tflops``, in the precision that our step is
  measured in: a rough measure, on which no limit is set.

The exit status is 1 where a ratio is below its limit.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from fer.generators.stylegan2 import discriminator, synthesis
from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.layers import GAIN, SLOPE
from fer.generators.stylegan2.regularisation import gradient_penalty
from fer.generators.stylegan2.resampling import blur
from fer.generators.stylegan2.step import PATHS_EVERY, PENALTY_EVERY, Trainer
from fer.runtime.device import Numerics, Precision, apply_numerics, cores_available, device_kind, has_fast_bf16

CLASSES = 7
LIMIT = 3.0
YARDSTICK = {"fp32": 0.19e12, "bf16": 0.36e12}
"""Operations per second of 128-channel convolutions on the machine that the reference was timed on."""
WANTED = 4.0
"""Times the reference's pace."""
CPU = torch.device("cpu")
NUMBERS = (1, PATHS_EVERY, PENALTY_EVERY)
"""Steps that come as these numbers do the plain work, path lengths too, and everything."""


@dataclass(frozen=True)
class Size:
    """One of the networks that are measured."""

    side: int
    base: int
    most: int
    batch: int
    reference: float
    """Images per second of the reference implementation, on the machine of the yardstick."""

    def __str__(self) -> str:
        return f"{self.side} px, channels {self.base}/{self.most}, batch {self.batch}"


SIZES = (Size(32, 4096, 128, 32, 17.9), Size(32, 16384, 512, 4, 0.88), Size(64, 4096, 128, 16, 6.5))


class PlainModulatedConvolution(synthesis.ModulatedConvolution):
    """Filters (b, outputs, inputs, 3, 3) are made for every image, and applied in a convolution of b groups."""

    def forward(self, values: Tensor, latents: Tensor, noise: Tensor) -> Tensor:
        """As the layer that it stands for."""
        count, inputs, height, width = values.shape
        shared = self.weight.transpose(0, 1) if self._doubles else self.weight
        filters = shared[None] * self.style(latents)[:, None, :, None, None]
        filters = filters * (filters.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).rsqrt()
        together = values.reshape(1, count * inputs, height, width)
        if self._doubles:
            own = filters.transpose(1, 2).reshape(count * inputs, -1, 3, 3)
            wide = functional.conv_transpose2d(together, own, stride=2, groups=count)
            result = blur(wide.view(count, -1, 2 * height + 1, 2 * width + 1), padding=1, gain=4.0)
        else:
            own = filters.reshape(-1, inputs, 3, 3)
            result = functional.conv2d(together, own, padding=1, groups=count).view(count, -1, height, width)
        result = result + noise * self.noise_strength + self.bias.view(1, -1, 1, 1)
        return functional.leaky_relu(result, SLOPE) * GAIN


class PlainConvolution(discriminator.Convolution):
    """Gain and bias are applied to the result."""

    def forward(self, values: Tensor) -> Tensor:
        """As the layer that it stands for."""
        weight = self.weight / math.sqrt(self.weight.shape[1] * 9)
        if self._halves:
            result = functional.conv2d(blur(values, padding=2), weight, stride=2)
        else:
            result = functional.conv2d(values, weight, padding=1)
        return functional.leaky_relu(result + self.bias.view(1, -1, 1, 1), SLOPE) * (GAIN * self._scale)


class PlainJoinedConvolution(discriminator.JoinedConvolution):
    """The deviations are channels of every image."""

    def forward(self, values: Tensor, of_groups: Tensor) -> Tensor:
        """As the layer that it stands for."""
        channels = of_groups.repeat(len(values) // len(of_groups), 1)[:, :, None, None]
        together = torch.cat([values, channels.expand(-1, -1, *values.shape[2:])], dim=1)
        result = functional.conv2d(together, self.weight / math.sqrt(self.weight.shape[1] * 9), padding=1)
        return functional.leaky_relu(result + self.bias.view(1, -1, 1, 1), SLOPE) * GAIN


PLAIN: dict[type[nn.Module], type[nn.Module]] = {
    synthesis.ModulatedConvolution: PlainModulatedConvolution,
    discriminator.Convolution: PlainConvolution,
    discriminator.JoinedConvolution: PlainJoinedConvolution,
}


class PlainTrainer(Trainer):
    """The same training with the layers above, and separate images for the two networks."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for network in (self.generator, self.discriminator):
            network.to(memory_format=torch.contiguous_format)
            for module in network.modules():
                module.__class__ = PLAIN.get(type(module), type(module))

    def step(self, images: Tensor, labels: Tensor, random: np.random.Generator, shown: int) -> Tensor:
        """As the step that it stands for."""
        draws = torch.Generator().manual_seed(int(random.integers(2**63)))
        number, real = shown // len(labels), images.float().div(127.5).sub(1)
        softplus = functional.softplus
        self.discriminator.requires_grad_(False)
        generator_loss = softplus(-self.discriminator(self._generate(labels, draws), labels)).mean()
        self._follow(self._generator_optimizer, generator_loss)
        self.discriminator.requires_grad_(True)
        with torch.no_grad():
            fake = self._generate(labels, draws)
        loss = softplus(self.discriminator(fake, labels)).mean() + softplus(-self.discriminator(real, labels)).mean()
        self._follow(self._discriminator_optimizer, loss)
        if number % PENALTY_EVERY == 0:
            seen = real.requires_grad_()
            penalty = gradient_penalty(self.discriminator(seen, labels), seen)
            weight = self.options.gradient_penalty(self.side) / 2 * PENALTY_EVERY
            self._follow(self._discriminator_optimizer, penalty * weight)
        if number % PATHS_EVERY == 0:
            self._straighten(labels, draws)
        self._move_average(len(labels), shown + len(labels))
        return torch.stack([loss.detach(), generator_loss.detach()])

    def _follow(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts floating-point operations, as torch's own counter does, but also where gradients are asked for by name."""

    total: float = 0.0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operation and add what it takes."""
        result = func(*args, **(kwargs or {}))
        count = flop_registry.get(func.overloadpacket)
        if count is not None:
            self.total += count(*args, **(kwargs or {}), out_val=result)
        return result


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def amortised(cost: Callable[[int], float]) -> float:
    """The mean over 16 steps of what a step costs that comes as number 1 (plain), 4 (paths) or 16 (both)."""
    plain, paths, everything = NUMBERS
    return (12 * cost(plain) + 3 * cost(paths) + cost(everything)) / 16


def convolution_pace(channels: int, size: Size, precision: str) -> float:
    """Operations per second of a dense 3 x 3 convolution, forward and backward."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    images = torch.randn(size.batch, channels, size.side, size.side).to(kind, memory_format=torch.channels_last)
    filters = torch.randn(channels, channels, 3, 3).to(kind, memory_format=torch.channels_last)
    images.requires_grad_()
    filters.requires_grad_()

    def work() -> None:
        result = functional.conv2d(images, filters, padding=1)
        torch.autograd.grad(result, [images, filters], torch.ones_like(result))

    work()
    operations = 3 * 2 * size.batch * channels**2 * 9 * size.side**2
    return operations / min(seconds(work) for _ in range(5))


def wanted(size: Size, precision: Precision, yardstick: float) -> float:
    """Images per second of four times the reference on a machine whose 128-channel convolutions have this pace."""
    return WANTED * size.reference * yardstick / YARDSTICK[precision]


def measure(size: Size, turns: int, precision: Precision, threads: int, yardstick: float) -> dict[str, Any]:
    """The figures of one size; ``yardstick``: this machine's pace at 128-channel convolutions."""
    options = parse("", {"channel_base": size.base, "channel_max": size.most, "batch_size": size.batch})
    images = torch.randint(0, 256, (size.batch, 1, size.side, size.side), dtype=torch.uint8)
    labels = torch.arange(size.batch) % CLASSES
    ours = Trainer(options, size.side, CLASSES, 0, CPU, precision, kimg=1.0, ada=False)
    plain = PlainTrainer(options, size.side, CLASSES, 0, CPU, "fp32", kimg=1.0, ada=False)

    def steps(trainer: Trainer, number: int) -> float:
        random = np.random.default_rng(number)
        return seconds(lambda: trainer.step(images, labels, random, number * size.batch))

    def operations(number: int) -> float:
        counter = Operations()  # type: ignore[no-untyped-call]
        with counter:
            steps(ours, number)
        return counter.total

    needed = amortised(operations)  # warms up, too
    pace = convolution_pace(options.channels(size.side), size, precision)
    for number in NUMBERS:
        steps(plain, number)
    taken: dict[tuple[str, int], list[float]] = {}
    for turn in range(turns):
        for number in NUMBERS:
            for name, trainer in (("ours", ours), ("plain", plain)):
                taken.setdefault((name, number), []).append(steps(trainer, number))
        print(f"{size}: turn {turn + 1} of {turns}", file=sys.stderr)
    found = {
        name: amortised({number: statistics.median(taken[name, number]) for number in NUMBERS}.__getitem__)
        for name in ("ours", "plain")
    }
    return {
        "size": str(size),
        "precision": precision,
        "threads": threads,
        "images_per_second": {name: round(size.batch / value, 2) for name, value in found.items()},
        "ratio": round(found["plain"] / found["ours"], 2),
        "convolution_tflops": round(pace / 1e12, 3),
        "convolution_share": round(needed / found["ours"] / pace, 3),
        "wanted": round(wanted(size, precision, yardstick), 2),
    }


def main() -> None:
    """Measure all sizes and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5, help="how often each step is timed")
    turns = parser.parse_args().turns
    threads = cores_available()
    precision: Precision = "bf16" if has_fast_bf16("cpu") else "fp32"
    apply_numerics(Numerics("cpu", precision, threads))
    yardstick = convolution_pace(128, SIZES[0], precision)
    found = [measure(size, turns, precision, threads, yardstick) for size in SIZES]
    for row in found:
        pace = row["images_per_second"]
        print(
            f"{row['size']}: {pace['ours']} images/s ({row['precision']}), straightforward {pace['plain']}, ratio "
            f"{row['ratio']}; {row['convolution_share']:.0%} of a convolution's {row['convolution_tflops']} TFLOP/s; "
            f"four times the reference would be {row['wanted']} here"
        )
    tflops = round(yardstick / 1e12, 3)
    print(json.dumps({"kind": device_kind("cpu"), "limit": LIMIT, "yardstick_tflops": tflops, "sizes": found}))
    missed = [row["size"] for row in found if row["ratio"] < LIMIT]
    if missed:
        sys.exit(f"a ratio is below {LIMIT}: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
