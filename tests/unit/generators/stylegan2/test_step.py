"""What one step makes of augmentation and of the regularisers: its gradients are those of losses written by hand."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fer.generators.stylegan2.augment.pipeline import Augmentation
from fer.generators.stylegan2.config import parse
from fer.generators.stylegan2.step import PENALTY_EVERY, Trainer
from tests.unit.generators.stylegan2.helpers import MINUTE

CPU = torch.device("cpu")
SIDE = 32
KIMG = 0.256
IMAGES = torch.randint(0, 256, (8, 1, SIDE, SIDE), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
REAL = IMAGES / 127.5 - 1
LABELS = torch.arange(8) % 3


@dataclass(frozen=True)
class Update:
    """What an optimizer was about to do."""

    weights: dict[str, Tensor]
    gradients: list[Tensor]


@dataclass(frozen=True)
class Augmented:
    """One use of the augmentation."""

    images: Tensor
    p: float | Tensor
    draws: Tensor
    """The state of the generator of random numbers before it."""
    result: Tensor


class RecordingAugmentation(Augmentation):
    """Keeps its uses, and can repeat them on other images."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.uses: list[Augmented] = []

    def __call__(self, images: Tensor, p: float | Tensor, generator: torch.Generator) -> Tensor:
        draws = generator.get_state()
        result = super().__call__(images, p, generator)
        self.uses.append(Augmented(images, p, draws, result))
        return result

    def again(self, use: Augmented, images: Tensor) -> Tensor:
        generator = torch.Generator()
        generator.set_state(use.draws)
        return super().__call__(images, use.p, generator)


class RecordingTrainer(Trainer):
    """Keeps what its steps are made of. ``p``: of the augmentation; at 0 there is none."""

    def __init__(self, p: float, **options: Any) -> None:
        parsed = parse("", {**MINUTE, "flip": False, "style_mixing": 0.0, **options})
        super().__init__(parsed, SIDE, 3, 0, CPU, "fp32", kimg=KIMG, ada=p > 0)
        self.recorded = RecordingAugmentation(parsed.augment, SIDE) if p > 0 else None
        self._augment, self._probability.p = self.recorded, p
        self.normals: list[Tensor] = []
        self.mapped: list[tuple[Tensor, ...]] = []
        self.synthesised: list[tuple[Any, ...]] = []
        self.made: list[Tensor] = []
        self.generator.mapping.register_forward_hook(lambda _m, inputs, _o: self.mapped.append(inputs))
        self.generator.synthesis.register_forward_hook(lambda _m, inputs, _o: self.synthesised.append(inputs))
        self.generator.synthesis.register_forward_hook(lambda _m, _i, images: self.made.append(images))
        self.of_generator = updates_of(self.generator, self._generator_optimizer)
        self.of_discriminator = updates_of(self.discriminator, self._discriminator_optimizer)

    def _normal(self, draws: torch.Generator, *shape: int) -> Tensor:
        self.normals.append(super()._normal(draws, *shape))
        return self.normals[-1]

    def generated_again(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        """The images of the step's ``number``-th generation with the weights of now, their latents and labels."""
        (noise, labels), (_, maps) = self.mapped[number], self.synthesised[number]
        latents = self.generator.mapping(noise, labels).unsqueeze(1).expand(-1, self.generator.synthesis.layers, -1)
        return self.generator.synthesis(latents, maps), latents, labels

    def augmented_again(self, use: int, images: Tensor) -> Tensor:
        return images if self.recorded is None else self.recorded.again(self.recorded.uses[use], images)


def updates_of(network: nn.Module, optimizer: torch.optim.Optimizer) -> list[Update]:
    """A list that grows with each update."""
    updates: list[Update] = []

    def keep(*_: object) -> None:
        weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in network.parameters()]
        updates.append(Update(weights, gradients))

    optimizer.register_step_pre_hook(keep)
    return updates


def assert_gradients_are_those_of(loss: Tensor, network: nn.Module, update: Update) -> None:
    expected = torch.autograd.grad(loss, list(network.parameters()), materialize_grads=True)
    for ours, theirs in zip(update.gradients, expected, strict=True):
        # In single precision second derivatives agree to some share of the largest.
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4 * theirs.abs().max().item() + 1e-7)


@pytest.mark.parametrize(("flip", "share"), [(True, 0.5), (False, 0.0)])
def test_real_images_are_mirrored_from_left_to_right_at_random_or_shown_as_they_are(flip: bool, share: float) -> None:
    trainer = Trainer(parse("", {**MINUTE, "flip": flip}), SIDE, 3, 0, CPU, "fp32", kimg=KIMG, ada=False)
    real = trainer._real(IMAGES.repeat(100, 1, 1, 1), torch.Generator().manual_seed(0))
    plain = REAL.repeat(100, 1, 1, 1)
    mirrored = (real != plain).flatten(1).any(dim=1)
    torch.testing.assert_close(real, torch.where(mirrored[:, None, None, None], plain[..., range(SIDE)[::-1]], plain))
    assert mirrored.float().mean().item() == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize(("precision", "kind"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_both_networks_compute_in_the_precision_that_was_chosen(precision: str, kind: torch.dtype) -> None:
    trainer = Trainer(parse("", MINUTE), SIDE, 3, 0, CPU, precision, kimg=KIMG, ada=False)
    kinds: dict[str, torch.dtype] = {}
    layers = {"generator": trainer.generator.synthesis.blocks[-1].second, "discriminator": trainer.discriminator.grey}
    for name, layer in layers.items():
        layer.register_forward_hook(lambda _m, _i, made, name=name: kinds.__setitem__(name, made.dtype))
    trainer.step(IMAGES, LABELS, np.random.default_rng(0), 8)
    assert kinds == {"generator": kind, "discriminator": kind}
    assert all(weight.dtype == torch.float32 for weight in trainer.average.state_dict().values())


def test_images_are_augmented_as_the_options_say() -> None:
    changed = {}
    for group in ("blit", "colour"):
        chosen = {"blit": False, "geometric": False, "colour": False, group: True}
        trainer = Trainer(parse("", {**MINUTE, "augment": chosen}), SIDE, 3, 0, CPU, "fp32", kimg=KIMG, ada=True)
        trainer._probability.p = 1.0
        changed[group] = trainer._changed(REAL, torch.Generator().manual_seed(0)).flatten(1).sort(dim=1).values
    before = REAL.flatten(1).sort(dim=1).values
    assert (changed["colour"] != before).any(dim=1).all()
    # Reflection at the border repeats some values: no grey level is new.
    for image, original in zip(changed["blit"], before, strict=True):
        assert (image[:, None] - original).abs().min(dim=1).values.max() < 1e-4


def test_accuracies_and_norms_are_of_the_logits_and_gradients_before_each_update() -> None:
    trainer = RecordingTrainer(0.0, path_length_weight=0.0, r1_weight=0.0)
    figures = dict(
        zip(Trainer.figures, trainer.step(IMAGES, LABELS, np.random.default_rng(0), 8).tolist(), strict=True)
    )
    for name, (update,) in (("generator", trainer.of_generator), ("discriminator", trainer.of_discriminator)):
        by_hand = math.sqrt(sum((gradient**2).sum().item() for gradient in update.gradients))
        assert figures[f"{name}_gradient"] == pytest.approx(by_hand, rel=1e-4)
    trainer.discriminator.load_state_dict(trainer.of_discriminator[0].weights)
    fake, (_, fake_labels) = trainer.made[0], trainer.mapped[0]
    on_real, on_fake = trainer.discriminator(REAL, LABELS), trainer.discriminator(fake, fake_labels)
    right = {"real_accuracy": on_real > 0, "fake_accuracy": on_fake < 0}
    assert {name: figures[name] for name in right} == {name: one.float().mean().item() for name, one in right.items()}
    # Neither is a half, where its opposite would be the same.
    assert 0.5 not in (figures["real_accuracy"], figures["fake_accuracy"])


def test_each_look_of_the_discriminator_is_at_augmented_images(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = RecordingTrainer(0.8, path_length_weight=0.0, r1_weight=0.0)
    read, seen = trainer.discriminator.read, list[Tensor]()

    def keep(images: Tensor) -> Tensor:
        seen.append(images)
        verdict: Tensor = read(images)
        return verdict

    monkeypatch.setattr(trainer.discriminator, "read", keep)
    trainer.step(IMAGES, LABELS, np.random.default_rng(0), 8)
    assert trainer.recorded is not None
    uses = trainer.recorded.uses
    for look, use, images in zip(seen, uses, (trainer.made[0], REAL, trainer.made[0]), strict=True):
        assert use.p == 0.8
        torch.testing.assert_close(use.images, images)
        assert torch.equal(look, use.result)
        assert not torch.equal(look, images)
    # The second look at the same images is at other changes of them.
    assert not torch.equal(seen[0], seen[2])


def test_the_generator_learns_through_the_augmentation() -> None:
    trainer = RecordingTrainer(0.8, path_length_weight=0.0, r1_weight=0.0)
    trainer.step(IMAGES, LABELS, np.random.default_rng(0), 8)
    (update,) = trainer.of_generator
    trainer.generator.load_state_dict(update.weights)
    images, _, labels = trainer.generated_again(0)
    logits = trainer.discriminator(trainer.augmented_again(-1, images), labels)
    assert_gradients_are_those_of(torch.log1p(torch.exp(-logits)).mean(), trainer.generator, update)


def test_p_follows_the_logits_of_augmented_real_images(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = RecordingTrainer(0.8, path_length_weight=0.0, r1_weight=0.0)
    observed: list[Tensor] = []
    monkeypatch.setattr(trainer._probability, "observe", observed.append)
    figures = trainer.step(IMAGES, LABELS, np.random.default_rng(0), 8)
    trainer.discriminator.load_state_dict(trainer.of_discriminator[0].weights)
    logits = trainer.discriminator(trainer.augmented_again(1, REAL), LABELS)
    (only,) = observed
    torch.testing.assert_close(only, logits)
    named = dict(zip(Trainer.figures, figures.tolist(), strict=True))
    assert named["augmentation"] == pytest.approx(0.8)
    assert named["overfitting"] == pytest.approx(logits.sign().mean().item())


@pytest.mark.parametrize("p", [0.0, 0.8])
def test_the_penalty_is_on_the_gradient_at_images_before_augmentation_and_makes_up_for_its_rarity(p: float) -> None:
    trainer = RecordingTrainer(p, path_length_weight=0.0, r1_weight=3.0)
    figures = trainer.step(IMAGES, LABELS, np.random.default_rng(0), 0)
    _, update = trainer.of_discriminator
    trainer.discriminator.load_state_dict(update.weights)
    images = REAL.clone().requires_grad_()
    logits = trainer.discriminator(trainer.augmented_again(2, images), LABELS)
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    penalty = (gradient**2).sum() / len(images)
    assert_gradients_are_those_of(3.0 / 2 * 16 * penalty, trainer.discriminator, update)
    assert figures[Trainer.figures.index("gradient_penalty")].item() == pytest.approx(penalty.item(), rel=1e-4)


def test_rates_penalty_and_wrong_labels_go_to_their_final_values_by_equal_factors() -> None:
    trainer = RecordingTrainer(
        0.0, path_length_weight=0.0, r1_weight=4.0, final_r1_weight=1.0, learning_rate=0.004, final_learning_rate=0.001
    )
    trainer.step(IMAGES, LABELS, np.random.default_rng(0), PENALTY_EVERY * 8)  # half of the budget
    assert trainer._generator_optimizer.param_groups[0]["lr"] == pytest.approx(0.002)
    assert trainer._discriminator_optimizer.param_groups[0]["lr"] == pytest.approx(0.002 * 16 / 17)
    _, update = trainer.of_discriminator
    trainer.discriminator.load_state_dict(update.weights)
    images = REAL.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(trainer.discriminator(images, LABELS).sum(), images, create_graph=True)
    penalty = (gradient**2).sum() / len(images)
    assert_gradients_are_those_of(2.0 / 2 * 16 * penalty, trainer.discriminator, update)


@pytest.mark.parametrize("p", [0.0, 0.8])
def test_path_lengths_are_held_to_their_mean_and_make_up_for_their_rarity(p: float) -> None:
    trainer = RecordingTrainer(p, path_length_weight=2.0)
    trainer._mean_path.fill_(0.3)
    figures = trainer.step(IMAGES, LABELS, np.random.default_rng(0), 4 * 8)
    _, update = trainer.of_generator
    trainer.generator.load_state_dict(update.weights)
    images, latents, labels = trainer.generated_again(1)
    assert torch.equal(labels, LABELS[:4])
    (gradient,) = torch.autograd.grad((images * trainer.normals[-1]).sum() / SIDE, latents, create_graph=True)
    lengths = torch.stack([(own**2).sum() / len(own) for own in gradient]).sqrt()
    mean = 0.99 * 0.3 + 0.01 * lengths.mean().item()
    assert trainer._mean_path.item() == pytest.approx(mean)
    assert_gradients_are_those_of(2 * 4 * ((lengths - mean) ** 2).mean(), trainer.generator, update)
    assert figures[Trainer.figures.index("path_length")].item() == pytest.approx(lengths.mean().item(), rel=1e-4)
