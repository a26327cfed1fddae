"""One training step of both networks and the averaged generator, and all that must be saved to go on after it."""

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from fer.generators.cgan.config import CganOptions
from fer.generators.cgan.networks import build_networks
from fer.generators.cgan.samples import CganSamples
from fer.generators.optimizers import gradient_norm, restore_optimizer
from fer.generators.trainer import parameters_of

LOSS_LIMIT = 20.0
"""A mean loss beyond this counts as bad; ln 2 is what guessing costs, a sound training stays below 5."""
ACCURACY_LIMIT = 0.995
"""A discriminator that is right more often than this has nothing left to teach."""
_EARLY_SHARE = 0.1  # of the images shown so far: the longest half-life of the averaged weights early on


class Trainer:
    """Generator, discriminator, their optimizers and the averaged generator, trained with the logistic loss.

    The generator's loss is the non-saturating one (Goodfellow et al. 2014, arXiv 1406.2661).
    """

    figures = (
        "discriminator_loss",
        "generator_loss",
        "real_accuracy",
        "fake_accuracy",
        "discriminator_gradient",
        "generator_gradient",
    )
    """The accuracies are shares of real and of generated images that the discriminator takes for what they are."""

    def __init__(self, options: CganOptions, classes: int, seed: int, device: torch.device, precision: str) -> None:
        self.options, self.classes = options, classes
        self._device, self._reduced = device, precision == "bf16"
        self.generator, self.discriminator = build_networks(options, classes, seed, device)
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        betas = (options.beta1, options.beta2)
        self._generator_optimizer = torch.optim.Adam(
            self.generator.parameters(), lr=options.generator_learning_rate, betas=betas
        )
        self._discriminator_optimizer = torch.optim.Adam(
            self.discriminator.parameters(), lr=options.discriminator_learning_rate, betas=betas
        )

    def step(self, images: Tensor, labels: Tensor, random: np.random.Generator, shown: int) -> Tensor:
        """Show a batch of real images, uint8 (b, 1, 48, 48), with their labels (b,), after ``shown`` others.

        Returns ``figures``, float32.
        """
        count = len(labels)
        noise = self._to_device(random.standard_normal((count, self.options.noise_size), dtype=np.float32))
        flipped = self._to_device(random.random(count) < 0.5).view(-1, 1, 1, 1)
        wrong = self._to_device(random.integers(1, max(self.classes, 2), count // 2))
        fake_labels = labels[self._to_device(random.permutation(count))]

        real = images.float().div(127.5).sub(1)
        if self.options.flip:
            real = torch.where(flipped, real.flip(3), real)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._reduced):
            fake = self.generator(noise, fake_labels).float()
        discriminator = self._train_discriminator(real, labels, fake.detach(), fake_labels, wrong)
        generator = self._train_generator(fake, fake_labels)
        self._move_average(count, shown + count)
        d_loss, real_accuracy, fake_accuracy, d_norm = discriminator
        g_loss, g_norm = generator
        return torch.stack([d_loss, g_loss, real_accuracy, fake_accuracy, d_norm, g_norm])

    def beyond_limits(self, figures: Mapping[str, float]) -> str | None:
        """Whether a loss lies beyond its limit, or the discriminator is right on both real and generated images."""
        if max(abs(figures["discriminator_loss"]), abs(figures["generator_loss"])) > LOSS_LIMIT:
            return f"a loss was above {LOSS_LIMIT:g}"
        if min(figures["real_accuracy"], figures["fake_accuracy"]) > ACCURACY_LIMIT:
            return f"the discriminator was right on more than {ACCURACY_LIMIT:.1%} of all images"
        return None

    def sampler(self) -> CganSamples:
        """The averaged generator as it is now."""
        return CganSamples(self.average, np.arange(self.classes), self._device)

    def parameters(self) -> dict[str, int]:
        """Trainable parameters of each network."""
        return parameters_of(generator=self.generator, discriminator=self.discriminator)

    def advice(self) -> str:
        """Slower learning."""
        return (
            f"lower generator_learning_rate (now {self.options.generator_learning_rate:g}) and "
            f"discriminator_learning_rate (now {self.options.discriminator_learning_rate:g})"
        )

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on, as nested dicts of tensors and numbers."""
        return {
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "generator_optimizer": self._generator_optimizer.state_dict()["state"],
            "discriminator_optimizer": self._discriminator_optimizer.state_dict()["state"],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a ``state()``."""
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.load_state_dict(state["average"])
        restore_optimizer(self._generator_optimizer, state["generator_optimizer"])
        restore_optimizer(self._discriminator_optimizer, state["discriminator_optimizer"])

    def _train_discriminator(
        self, real: Tensor, labels: Tensor, fake: Tensor, fake_labels: Tensor, wrong: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        options = self.options
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._reduced):
            on_real = self.discriminator(real, labels).float()
            on_fake = self.discriminator(fake, fake_labels).float()
            taken_in = functional.softplus(on_fake).mean()
            if options.mismatch > 0 and self.classes > 1:
                part = len(wrong)
                mislabelled = (labels[:part] + wrong) % self.classes
                on_mismatch = self.discriminator(real[:part], mislabelled).float()
                taken_in = torch.lerp(taken_in, functional.softplus(on_mismatch).mean(), options.mismatch)
        loss = functional.softplus(-on_real).mean() + taken_in
        self._discriminator_optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = gradient_norm(self.discriminator)
        self._discriminator_optimizer.step()
        return loss.detach(), (on_real > 0).float().mean(), (on_fake < 0).float().mean(), norm

    def _train_generator(self, fake: Tensor, fake_labels: Tensor) -> tuple[Tensor, Tensor]:
        self.discriminator.requires_grad_(False)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._reduced):
            on_fake = self.discriminator(fake, fake_labels).float()
        loss = functional.softplus(-on_fake).mean()
        self._generator_optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = gradient_norm(self.generator)
        self._generator_optimizer.step()
        self.discriminator.requires_grad_(True)
        return loss.detach(), norm

    @torch.no_grad()
    def _move_average(self, count: int, shown: int) -> None:
        half_life = min(self.options.ema_kimg * 1000, shown * _EARLY_SHARE)
        weight = 1 - 0.5 ** (count / half_life) if half_life > 0 else 1.0
        ours, theirs = self.average.state_dict(), self.generator.state_dict()
        for name, tensor in theirs.items():
            if tensor.is_floating_point():
                ours[name].lerp_(tensor, weight)
            else:
                ours[name].copy_(tensor)

    def _to_device(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(values).to(self._device)
