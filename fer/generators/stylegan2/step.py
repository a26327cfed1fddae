"""One training step of both networks and the averaged generator, and all that must be saved to go on after it."""

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fer.generators.optimizers import gradient_norm, restore_optimizer
from fer.generators.stylegan2.ada import AdaptiveProbability
from fer.generators.stylegan2.augment.pipeline import Augmentation
from fer.generators.stylegan2.config import StyleGan2Options
from fer.generators.stylegan2.discriminator import Discriminator
from fer.generators.stylegan2.generator import Generator
from fer.generators.stylegan2.regularisation import PATH_TRACKING, gradient_penalty, path_lengths
from fer.generators.stylegan2.samples import StyleGan2Samples
from fer.generators.trainer import parameters_of

PENALTY_EVERY = 16
"""Steps between two of the discriminator's gradient penalties (arXiv 1912.04958, section 3.1)."""
PATHS_EVERY = 4
"""Steps between two of the generator's path-length regularisations."""
_PATHS_SHARE = 2  # of a batch: half of it does for path lengths (arXiv 1912.04958, appendix B)
_BETAS = (0.0, 0.99)
_EPSILON = 1e-8

LOSS_LIMIT = 50.0
"""A mean loss beyond this counts as bad; ln 2 is what guessing costs, a sound training stays below 10."""


class Trainer:
    """Generator, discriminator, their optimizers and the averaged generator, trained with the logistic loss."""

    figures = (
        "discriminator_loss",
        "generator_loss",
        "real_accuracy",
        "fake_accuracy",
        "discriminator_gradient",
        "generator_gradient",
        "overfitting",
        "augmentation",
        "gradient_penalty",
        "path_length",
    )
    """The accuracies are shares of real and of generated images that the discriminator takes for what they are;
    ``overfitting`` is r_t of one batch, ``augmentation`` p (0 without ADA); the last two are of the last lazy step."""

    def __init__(
        self,
        options: StyleGan2Options,
        side: int,
        classes: int,
        seed: int,
        device: torch.device,
        precision: str,
        *,
        kimg: float,
        ada: bool,
    ) -> None:
        """``kimg``: the budget in thousands of images, over which rates and weights go to their final values;
        ``ada``: what the discriminator sees is augmented, with a probability that follows how far it overfits."""
        self.options, self.side, self.classes, self._kimg = options, side, classes, kimg
        self._device = device
        self._augment = Augmentation(options.augment, side, device=device) if ada else None
        self._probability = AdaptiveProbability(options.ada_target, options.ada_kimg)
        reduced = precision == "bf16"
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.generator = _on(device, Generator(options, side, classes, reduced=reduced))
            self.discriminator = _on(device, Discriminator(options, side, classes, reduced=reduced))
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self._generator_optimizer = _adam(self.generator, options, PATHS_EVERY, options.path_length_weight)
        self._discriminator_optimizer = _adam(
            self.discriminator, options, PENALTY_EVERY, options.gradient_penalty(side)
        )
        self._first_rates = [
            (one, one.param_groups[0]["lr"]) for one in (self._generator_optimizer, self._discriminator_optimizer)
        ]
        self._mean_path = torch.zeros((), device=device)
        self._last_lazy = torch.zeros(2, device=device)

    def step(self, images: Tensor, labels: Tensor, random: np.random.Generator, shown: int) -> Tensor:
        """Show a batch of real images, uint8 (b, 1, side, side), with their labels (b,), after ``shown`` others.

        The discriminator learns first, then the generator from what it has learned. Both do from the same generated
        images, so that each is made once. Learning both at the same time would spare the discriminator its second look,
        but it drives the two away from where they should meet, around which learning in turns only circles (Mescheder
        et al. 2018, arXiv 1801.04406, section 2). Returns ``figures``, float32.
        """
        count = len(labels)
        draws = torch.Generator(self._device).manual_seed(int(random.integers(2**63)))
        number = shown // count
        progress = shown / (self._kimg * 1000)
        self._set_rates(progress)
        real = self._real(images, draws)
        fake_labels = labels[torch.randperm(count, generator=draws, device=self._device)]
        fake = self._generate(fake_labels, draws)

        on_fake = self.discriminator(self._changed(fake.detach(), draws), fake_labels)
        read = self.discriminator.read(self._changed(real, draws))
        on_real = self.discriminator.project(read, labels)
        taken_in = functional.softplus(on_fake).mean()
        mismatch = self.options.mismatch_at(progress)
        if mismatch > 0 and self.classes > 1:
            others = labels[torch.randperm(count, generator=draws, device=self._device)]
            wrong = others != labels
            on_wrong = functional.softplus(self.discriminator.project(read, others)) * wrong
            taken_in = torch.lerp(taken_in, on_wrong.sum() / wrong.sum().clamp(min=1), mismatch)
        discriminator_loss = taken_in + functional.softplus(-on_real).mean()
        discriminator_gradient = _learn(self.discriminator, self._discriminator_optimizer, discriminator_loss)
        if self.options.gradient_penalty(self.side) and number % PENALTY_EVERY == 0:
            self._last_lazy[0] = self._penalise(real, labels, draws, progress)

        generator_loss = functional.softplus(-self.discriminator(self._changed(fake, draws), fake_labels)).mean()
        generator_gradient = _learn(self.generator, self._generator_optimizer, generator_loss)
        if self.options.path_length_weight and number % PATHS_EVERY == 0:
            self._last_lazy[1] = self._straighten(labels, draws)
        self._move_average(count, shown + count)
        means = [
            discriminator_loss.detach(),
            generator_loss.detach(),
            (on_real > 0).float().mean(),
            (on_fake < 0).float().mean(),
            discriminator_gradient,
            generator_gradient,
            on_real.detach().sign().mean(),
            torch.tensor(self._probability.p if self._augment else 0.0, device=self._device),
        ]
        if self._augment is not None:
            self._probability.observe(on_real)
        return torch.cat([torch.stack(means), self._last_lazy])

    def beyond_limits(self, figures: Mapping[str, float]) -> str | None:
        """Whether a loss lies beyond its limit."""
        beyond = max(abs(figures["discriminator_loss"]), abs(figures["generator_loss"])) > LOSS_LIMIT
        return f"a loss was above {LOSS_LIMIT:g}" if beyond else None

    def sampler(self) -> StyleGan2Samples:
        """The averaged generator as it is now."""
        return StyleGan2Samples(self.average, self.options, np.arange(self.classes), self._device)

    def parameters(self) -> dict[str, int]:
        """Trainable parameters of each network."""
        return parameters_of(generator=self.generator, discriminator=self.discriminator)

    def advice(self) -> str:
        """Slower learning, or a stronger penalty."""
        weight = self.options.gradient_penalty(self.side)
        return f"lower learning_rate (now {self.options.learning_rate:g}) or raise r1_weight (now {weight:g})"

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on, as nested dicts of tensors and numbers."""
        return {
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "generator_optimizer": self._generator_optimizer.state_dict()["state"],
            "discriminator_optimizer": self._discriminator_optimizer.state_dict()["state"],
            "mean_path": self._mean_path,
            "last_lazy": self._last_lazy,
            "probability": self._probability.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a ``state()``."""
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.load_state_dict(state["average"])
        restore_optimizer(self._generator_optimizer, state["generator_optimizer"])
        restore_optimizer(self._discriminator_optimizer, state["discriminator_optimizer"])
        self._mean_path.copy_(state["mean_path"])
        self._last_lazy.copy_(state["last_lazy"])
        self._probability.restore(state["probability"])

    def _set_rates(self, progress: float) -> None:
        slower = self.options.learning_rate_at(progress) / self.options.learning_rate
        for optimizer, rate in self._first_rates:
            optimizer.param_groups[0]["lr"] = rate * slower

    def _real(self, images: Tensor, draws: torch.Generator) -> Tensor:
        real = images.float().div(127.5).sub(1)
        if self.options.flip:
            mirrored = torch.rand(len(real), 1, 1, 1, generator=draws, device=self._device) < 0.5
            real = torch.where(mirrored, real.flip(3), real)
        return real

    def _changed(self, images: Tensor, draws: torch.Generator) -> Tensor:
        return images if self._augment is None else self._augment(images, self._probability.p, draws)

    def _normal(self, draws: torch.Generator, *shape: int) -> Tensor:
        return torch.randn(shape, generator=draws, device=self._device)

    def _latents(self, labels: Tensor, draws: torch.Generator) -> Tensor:
        """Latents (b, layers, style_size) of new noise; those of mixed images change at some layer."""
        count, layers, mapping = len(labels), self.generator.synthesis.layers, self.generator.mapping
        latents: Tensor = mapping(self._normal(draws, count, self.options.noise_size), labels)
        mapping.track(latents, labels)
        every = latents.unsqueeze(1).expand(-1, layers, -1)
        if self.options.style_mixing == 0:
            return every
        others = mapping(self._normal(draws, count, self.options.noise_size), labels).unsqueeze(1)
        mixed = torch.rand(count, 1, generator=draws, device=self._device) < self.options.style_mixing
        first = torch.randint(1, layers, (count, 1), generator=draws, device=self._device)
        change = mixed & (torch.arange(layers, device=self._device) >= first)
        return torch.where(change.unsqueeze(2), others, every)

    def _maps(self, count: int, draws: torch.Generator) -> list[Tensor]:
        return [self._normal(draws, count, 1, side, side) for side in self.generator.synthesis.noise_sides()]

    def _generate(self, labels: Tensor, draws: torch.Generator) -> Tensor:
        images: Tensor = self.generator.synthesis(self._latents(labels, draws), self._maps(len(labels), draws))
        return images

    def _penalise(self, real: Tensor, labels: Tensor, draws: torch.Generator, progress: float) -> Tensor:
        """The discriminator's lazy step; returns the penalty."""
        images = real.detach().requires_grad_()
        penalty = gradient_penalty(self.discriminator(self._changed(images, draws), labels), images)
        weight = self.options.gradient_penalty(self.side, progress) / 2 * PENALTY_EVERY
        _learn(self.discriminator, self._discriminator_optimizer, penalty * weight)
        return penalty.detach()

    def _straighten(self, labels: Tensor, draws: torch.Generator) -> Tensor:
        """The generator's lazy step; returns the mean path length."""
        part = labels[: max(1, len(labels) // _PATHS_SHARE)]
        latents = self._latents(part, draws)
        images = self.generator.synthesis(latents, self._maps(len(part), draws))
        lengths = path_lengths(images, latents, self._normal(draws, *images.shape))
        self._mean_path.lerp_(lengths.detach().mean(), PATH_TRACKING)
        loss = (lengths - self._mean_path).square().mean() * (self.options.path_length_weight * PATHS_EVERY)
        _learn(self.generator, self._generator_optimizer, loss)
        return lengths.detach().mean()

    @torch.no_grad()
    def _move_average(self, count: int, shown: int) -> None:
        half_life = min(self.options.half_life * 1000, shown * self.options.ema_ramp)
        weight = 1 - 0.5 ** (count / half_life) if half_life > 0 else 1.0
        for mine, new in zip(self.average.parameters(), self.generator.parameters(), strict=True):
            mine.mul_(1 - weight).add_(new, alpha=weight)
        for mine, new in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            mine.copy_(new)


def _on(device: torch.device, network: nn.Module) -> Any:
    return network.to(device).to(memory_format=torch.channels_last)


def _adam(network: nn.Module, options: StyleGan2Options, every: int, weight: float) -> torch.optim.Adam:
    """Adam; with a lazy step beside ``every`` others, slowed down so that both together move as far (section 3.1).

    ``weight``: of what the lazy step follows; with 0 there is none.
    """
    share = every / (every + 1) if weight or options.lazy_always else 1.0
    betas = (_BETAS[0] ** share, _BETAS[1] ** share)
    return torch.optim.Adam(
        network.parameters(), lr=options.learning_rate * share, betas=betas, eps=_EPSILON, fused=True
    )


def _learn(network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> Tensor:
    """Follow the loss down with one network's weights; returns their gradient's norm.

    Nothing else that the loss depends on gets a gradient, nor is one computed for it.
    """
    optimizer.zero_grad()
    torch.autograd.backward(loss, inputs=list(network.parameters()))
    norm = gradient_norm(network)
    optimizer.step()
    return norm
