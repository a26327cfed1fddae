"""The whole pipeline: nothing at p = 0, the same by the same seed, and differentiable as often as R1 needs."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional

from fer.generators.stylegan2.augment.pipeline import Augmentation
from fer.generators.stylegan2.augment.spec import AugmentSpec
from tests.unit.generators.stylegan2.augment.helpers import ALL, generator, neutral, noise_images, only

SPECS = {"default": AugmentSpec(), "all": ALL, **{name: only(name) for name in AugmentSpec.model_fields}}


def augmentation(spec: AugmentSpec, images: Tensor) -> Augmentation:
    return Augmentation(spec, images.shape[-1], images.shape[1], dtype=images.dtype)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize(("channels", "side"), [(1, 32), (3, 16), (1, 64), (1, 18)])
def test_nothing_changes_at_p_zero(spec: AugmentSpec, channels: int, side: int) -> None:
    images = noise_images(4, channels, side).float()
    augment = augmentation(spec, images)
    assert torch.equal(augment(images, 0.0, generator()), images)
    # A tensor's value is not asked for, so everything is carried out, with neutral strengths.
    torch.testing.assert_close(augment(images, torch.tensor(0.0), generator()), images, atol=5e-6, rtol=0)


@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_changes_at_neutral_strengths(channels: int) -> None:
    images = noise_images(2, channels, 16)
    result = augmentation(ALL, images).apply(images, neutral(2), noise_images(2, channels, 16, seed=1))
    torch.testing.assert_close(result, images, atol=1e-11, rtol=0)


@pytest.mark.parametrize("name", list(AugmentSpec.model_fields))
def test_each_group_changes_images_at_p_one(name: str) -> None:
    images = noise_images(8, 3, 16).float()
    result = augmentation(only(name), images)(images, 1.0, generator())
    assert result.shape == images.shape
    assert result.dtype == images.dtype
    assert bool((result != images).flatten(1).any(dim=1).all())


def test_groups_act_in_the_published_order() -> None:
    """Shape, colour, filter, noise, cutout: a cut square stays grey, and noise is neither dimmed nor filtered."""
    images = noise_images(1, 1, 16)
    noise = noise_images(1, 1, 16, seed=1)
    base = neutral(1)
    one = torch.ones(1, dtype=torch.float64)
    strengths = replace(
        base,
        geometry=replace(base.geometry, shift=torch.tensor([[2.0, 0.0]], dtype=torch.float64)),
        colour=replace(base.colour, brightness=0.4 * one),
        corruption=replace(
            base.corruption,
            gains=torch.tensor([[0.5, 1.0, 1.0, 1.0]], dtype=torch.float64),
            noise=0.2 * one,
            cut=one.bool(),
        ),
    )

    def alone(group: str, before: Tensor) -> Tensor:
        return augmentation(only(group), images).apply(before, strengths, noise if group == "noise" else None)

    expected = images
    for group in ("blit", "colour", "filter", "noise", "cutout"):
        expected = alone(group, expected)
    result = augmentation(ALL, images).apply(images, strengths, noise)
    torch.testing.assert_close(result, expected)
    assert bool((result[:, :, :4, :4] == 0).all())


def test_the_same_generator_state_gives_the_same_images() -> None:
    images = noise_images(4, 1, 32).float()
    augment = augmentation(ALL, images)
    assert torch.equal(augment(images, 0.5, generator(5)), augment(images, 0.5, generator(5)))
    assert not torch.equal(augment(images, 0.5, generator(5)), augment(images, 0.5, generator(6)))


def test_two_calls_of_one_step_draw_independently() -> None:
    images = noise_images(4, 1, 32).float()
    augment, random = augmentation(AugmentSpec(), images), generator(5)
    assert not torch.equal(augment(images, 1.0, random), augment(images, 1.0, random))


@pytest.mark.parametrize("spec", [AugmentSpec(), ALL], ids=["default", "all"])
def test_the_generator_goes_on_alike_at_every_p(spec: AugmentSpec) -> None:
    images = noise_images(4, 1, 32).float()
    states = []
    for p in (0.0, 0.3, 1.0):
        random = generator(5)
        augmentation(spec, images)(images, p, random)
        states.append(random.get_state())
    assert all(torch.equal(state, states[0]) for state in states)


def test_autocast_does_not_reach_the_images() -> None:
    images = noise_images(4, 1, 32).float()
    augment = augmentation(ALL, images)
    plain = augment(images, 0.8, generator())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(augment(images, 0.8, generator()), plain)


@pytest.mark.parametrize(("side", "channels"), [(14, 1), (31, 1), (32, 2)])
def test_sizes_that_do_not_fit_are_refused(side: int, channels: int) -> None:
    with pytest.raises(ValueError, match="augmentation takes"):
        Augmentation(AugmentSpec(), side, channels)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "channels"), [(2, 1), (1, 3)])
def test_whole_pipeline_has_right_first_and_second_derivatives(count: int, channels: int) -> None:
    """With all groups on, against finite differences; the square gives a second derivative that is not zero."""
    images = noise_images(count, channels, 16).requires_grad_()
    augment = augmentation(ALL, images)

    def squares(given: Tensor) -> Tensor:
        # A few pixels of each image, since every one costs a column of finite differences.
        return augment(given, 0.9, generator(3))[:, :, 4:8:2, 4:8:2].square()

    assert gradcheck(squares, (images,))
    assert gradgradcheck(squares, (images,))


class SmallDiscriminator(nn.Module):
    """Enough of one for a gradient penalty: a convolution, something that bends, a verdict per image."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 4, 3, stride=2, padding=1, dtype=torch.float64)
        self.verdict = nn.Linear(4, 1, dtype=torch.float64)

    def forward(self, images: Tensor) -> Tensor:
        hidden = functional.softplus(self.convolution(images)).mean(dim=(2, 3))
        verdicts: Tensor = self.verdict(hidden)
        return verdicts


@pytest.mark.parametrize("spec", [AugmentSpec(), ALL], ids=["default", "all"])
def test_gradient_penalty_through_the_augmentation_agrees_with_finite_differences(spec: AugmentSpec) -> None:
    torch.manual_seed(0)
    images = noise_images(4, 1, 16)
    augment, discriminator = augmentation(spec, images), SmallDiscriminator()

    def penalty() -> Tensor:
        real = images.clone().requires_grad_()
        logits = discriminator(augment(real, 0.8, generator(2)))
        (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
        return slope.square().sum(dim=(1, 2, 3)).mean()

    penalty().backward()  # type: ignore[no-untyped-call]
    step = 1e-6
    for parameter in (discriminator.convolution.weight, discriminator.verdict.weight):
        assert parameter.grad is not None
        values, slopes = parameter.data.view(-1), parameter.grad.view(-1)
        for place in range(0, len(values), 5):
            kept = values[place].item()
            values[place] = kept + step
            above = penalty().item()
            values[place] = kept - step
            below = penalty().item()
            values[place] = kept
            assert slopes[place].item() == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-9)
        assert float(slopes.abs().max()) > 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_gpu_computes_the_same_reproducibly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results and second derivatives repeat to the last bit where torch must be deterministic, as on the CPU."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    images = noise_images(8, 1, 32).float()
    strengths = neutral(8)
    angles = torch.linspace(-3, 3, 8)
    strengths = replace(strengths, geometry=replace(strengths.geometry, turn_before=angles, flip=angles > 1))

    def results(device: str) -> tuple[Tensor, Tensor]:
        augment = Augmentation(AugmentSpec(), 32, 1, device)
        real = images.to(device).requires_grad_()
        moved = {name: value.to(device) for name, value in vars(strengths.geometry).items()}
        coloured = {name: value.to(device) for name, value in vars(strengths.colour).items()}
        corrupted = {name: value.to(device) for name, value in vars(strengths.corruption).items()}
        there = replace(
            strengths,
            geometry=replace(strengths.geometry, **moved),
            colour=replace(strengths.colour, **coloured),
            corruption=replace(strengths.corruption, **corrupted),
        )
        scale = torch.ones((), device=device, requires_grad=True)
        augmented = augment.apply(real, there)
        (slope,) = torch.autograd.grad((scale * augmented.square()).sum(), real, create_graph=True)
        (second,) = torch.autograd.grad(slope.square().sum(), real)
        return augmented.detach().cpu(), second.cpu()

    torch.use_deterministic_algorithms(True)
    try:
        first, again, reference = results("cuda"), results("cuda"), results("cpu")
    finally:
        torch.use_deterministic_algorithms(False)
    for one, other, expected in zip(first, again, reference, strict=True):
        assert torch.equal(one, other)
        torch.testing.assert_close(one, expected, atol=1e-4, rtol=1e-4)
