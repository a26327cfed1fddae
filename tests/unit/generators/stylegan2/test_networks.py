import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import signal
from torch import nn
from torch.nn import functional

from fer.generators.stylegan2.config import StyleGan2Options, parse
from fer.generators.stylegan2.discriminator import (
    Convolution,
    Discriminator,
    DiscriminatorBlock,
    JoinedConvolution,
    deviations,
)
from fer.generators.stylegan2.generator import Generator
from fer.generators.stylegan2.layers import CLAMP, GAIN, SLOPE, activated
from fer.generators.stylegan2.resampling import TAPS, blur, double
from fer.generators.stylegan2.synthesis import ModulatedConvolution, ToGrey, finished

SMALL = {"channel_base": 256, "channel_max": 16, "noise_size": 12, "style_size": 8, "minibatch_group": 2}


def small(**changes: Any) -> StyleGan2Options:
    return parse("mine.options", {**SMALL, **changes})


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("base", "most", "side", "generator", "residual", "plain"),
    [
        (16384, 512, 32, 20_209_675, 23_873_536, 23_087_104),
        (16384, 512, 64, 22_505_230, 25_774_336, 24_856_832),
        (4096, 128, 32, 2_549_515, 1_495_552, 1_446_400),
        (4096, 128, 64, 2_791_630, 1_614_400, 1_557_056),
    ],
)
def test_parameters_are_those_of_the_reference_implementation(
    base: int, most: int, side: int, generator: int, residual: int, plain: int
) -> None:
    options = parse("mine.options", {"channel_base": base, "channel_max": most})
    with torch.device("meta"):
        assert count(Generator(options, side, 7)) == generator
        assert count(Discriminator(options, side, 7)) == residual
        assert count(Discriminator(options.model_copy(update={"architecture": "plain"}), side, 7)) == plain


def test_the_generator_may_have_more_channels_than_the_discriminator() -> None:
    narrow, wide, both = small(), small(generator_base=4096), small(channel_base=4096)
    with torch.device("meta"):
        assert count(Discriminator(wide, 64, 7)) == count(Discriminator(narrow, 64, 7))
        assert count(Generator(wide, 64, 7)) == count(Generator(both, 64, 7)) > count(Generator(narrow, 64, 7))


def test_without_labels_there_is_nothing_for_them() -> None:
    with torch.device("meta"):
        assert count(Generator(parse("mine.options", {}), 64, 1)) == 22_238_990
        assert count(Discriminator(parse("mine.options", {}), 64, 1)) == 23_406_849


@pytest.mark.parametrize("side", [32, 64])
@pytest.mark.parametrize("architecture", ["residual", "plain"])
def test_noise_and_labels_become_images_and_images_and_labels_logits(side: int, architecture: str) -> None:
    options = small(architecture=architecture)
    generator, discriminator = Generator(options, side, 7), Discriminator(options, side, 7)
    maps = [torch.randn(4, 1, one, one) for one in generator.synthesis.noise_sides()]
    labels = torch.tensor([0, 3, 6, 3])
    images = generator(torch.randn(4, 12), labels, maps)
    assert images.shape == (4, 1, side, side)
    assert discriminator(images, labels).shape == (4,)


def test_the_label_changes_what_both_networks_say() -> None:
    generator, discriminator = Generator(small(), 32, 7), Discriminator(small(), 32, 7)
    maps = [torch.randn(1, 1, one, one) for one in generator.synthesis.noise_sides()]
    noise, zero, one = torch.randn(1, 12), torch.tensor([0]), torch.tensor([1])
    image = generator(noise, zero, maps)
    assert not torch.equal(image, generator(noise, one, maps))
    assert discriminator(image, zero) != discriminator(image, one)


def test_without_layers_a_label_is_its_own_direction() -> None:
    published, shallow = (Discriminator(small(label_layers=layers), 32, 7) for layers in (8, 0))
    assert count(published) - count(shallow) == 8 * (16 * 16 + 16)
    assert shallow.direction is not None
    rows = shallow.direction.label.weight.t()
    expected = rows / rows.square().mean(dim=1, keepdim=True).sqrt()
    torch.testing.assert_close(shallow.direction(torch.arange(7)), expected)


def filters_of_each_image(layer: ModulatedConvolution, latents: torch.Tensor, *, doubles: bool) -> torch.Tensor:
    """The published formulation: filters (b, outputs, inputs, 3, 3), modulated, then demodulated."""
    weight = layer.weight.transpose(0, 1) if doubles else layer.weight
    modulated: torch.Tensor = weight[None] * layer.style(latents)[:, None, :, None, None]
    return modulated / (modulated.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).sqrt()


@pytest.mark.parametrize("doubles", [False, True])
def test_scaled_activations_give_what_filters_of_each_image_give(doubles: bool) -> None:
    layer = ModulatedConvolution(6, 5, 8, doubles=doubles)
    nn.init.normal_(layer.noise_strength)
    nn.init.normal_(layer.bias)
    values, latents, side = torch.randn(3, 6, 8, 8), torch.randn(3, 8), 16 if doubles else 8
    noise = torch.randn(3, 1, side, side)
    expected = []
    for value, own in zip(values, filters_of_each_image(layer, latents, doubles=doubles), strict=True):
        if doubles:
            wide = nn.functional.conv_transpose2d(value[None], own.transpose(0, 1), stride=2)
            expected.append(blur(wide, padding=1, gain=4.0))
        else:
            expected.append(nn.functional.conv2d(value[None], own, padding=1))
    summed = torch.cat(expected) + noise * layer.noise_strength + layer.bias.view(1, -1, 1, 1)
    torch.testing.assert_close(
        layer(values, latents, noise), nn.functional.leaky_relu(summed, SLOPE) * GAIN, rtol=1e-4, atol=1e-5
    )


def test_grey_is_a_modulated_filter_that_is_not_demodulated() -> None:
    layer = ToGrey(6, 8)
    nn.init.normal_(layer.bias)
    values, latents = torch.randn(3, 6, 4, 4), torch.randn(3, 8)
    filters = layer.style(latents) * layer.weight / math.sqrt(6)
    expected = torch.einsum("bchw,bc->bhw", values, filters)[:, None] + layer.bias
    torch.testing.assert_close(layer(values, latents), expected)


def test_blur_and_doubling_are_the_published_filter() -> None:
    taps = np.array([1.0, 3.0, 3.0, 1.0]) / 8
    image = np.random.default_rng(0).normal(size=(8, 8))
    tensor = torch.tensor(image, dtype=torch.float32)[None, None]
    expected = signal.convolve2d(np.pad(image, 2), np.outer(taps, taps), mode="valid")
    np.testing.assert_allclose(blur(tensor, padding=2)[0, 0].numpy(), expected, atol=1e-6)
    spread = np.zeros((16, 16))
    spread[::2, ::2] = image
    wide = signal.convolve2d(np.pad(spread, ((2, 1), (2, 1))), 4 * np.outer(taps, taps), mode="valid")
    np.testing.assert_allclose(double(tensor)[0, 0].numpy(), wide, atol=1e-6)


def test_blur_and_doubling_keep_a_uniform_image_uniform_inside() -> None:
    uniform = torch.ones(1, 1, 8, 8)
    torch.testing.assert_close(blur(uniform, padding=2)[..., 3:-3, 3:-3], torch.ones(1, 1, 3, 3))
    torch.testing.assert_close(double(uniform)[..., 2:-2, 2:-2], torch.ones(1, 1, 12, 12))


def test_doubling_is_a_transposed_convolution_with_the_filter() -> None:
    taps, images = torch.tensor(TAPS) / 4, torch.randn(2, 1, 4, 8)
    expected = functional.conv_transpose2d(images, taps.outer(taps)[None, None], stride=2, padding=1)
    torch.testing.assert_close(double(images), expected)


def test_filters_first_used_without_gradients_can_be_used_with_them() -> None:
    sides = (3, 5)  # of no other test
    with torch.inference_mode():
        double(torch.randn(1, 1, *sides))
        blur(torch.randn(1, 1, *sides), padding=2, gain=0.7)
    images = torch.randn(1, 1, *sides, requires_grad=True)
    (double(images).square().sum() + blur(images, padding=2, gain=0.7).square().sum()).backward()  # type: ignore[no-untyped-call]
    assert images.grad is not None


def test_in_reduced_precision_noise_and_bias_are_added_as_in_single() -> None:
    torch.manual_seed(0)
    values, noise = torch.randn(2, 6, 4, 4).to(memory_format=torch.channels_last), torch.randn(2, 1, 4, 4)
    strength, bias = torch.tensor(0.7), torch.randn(6)
    expected = functional.leaky_relu(values + 0.7 * noise + bias.view(1, -1, 1, 1), SLOPE)
    torch.testing.assert_close(finished(values.clone(), noise, strength, bias), expected)
    reduced = finished(values.bfloat16(), noise, strength, bias)
    assert reduced.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(reduced.float(), expected, atol=0.03, rtol=0.02)


def test_activations_keep_their_variance_through_both_networks() -> None:
    torch.manual_seed(0)
    layer = ModulatedConvolution(64, 64, 512, doubles=False)
    values = layer(torch.randn(16, 64, 16, 16), torch.randn(16, 512), torch.randn(16, 1, 16, 16))
    # A leaky ReLU with gain keeps the second moment, not the variance.
    assert values.square().mean().item() == pytest.approx(1.04, abs=0.1)
    first = DiscriminatorBlock(32, 64, residual=True).first
    assert first(torch.randn(16, 32, 32, 32)).square().mean().item() == pytest.approx(1.04, abs=0.15)


@pytest.mark.parametrize("parts", [1, 3, 6])
def test_the_deviations_of_a_group_are_averaged_over_places_and_over_features_beside_each_other(parts: int) -> None:
    values = torch.randn(4, 6, 2, 2)
    result = deviations(values, 2, parts)
    assert result.shape == (2, parts)
    # Groups are images 0 and 2, and 1 and 3.
    for group in range(2):
        expected = np.sqrt(values[group::2].numpy().var(axis=0) + 1e-8)
        for part, features in enumerate(np.split(expected, parts)):
            np.testing.assert_allclose(result[group, part].item(), features.mean(), rtol=1e-5)


def test_deviations_are_filtered_as_if_each_image_of_their_group_had_them_as_channels() -> None:
    torch.manual_seed(0)
    joined, values, of_groups = JoinedConvolution(6, 3, 5), torch.randn(4, 6, 4, 4), torch.rand(2, 3)
    channels = of_groups.repeat(2, 1)[:, :, None, None].expand(-1, -1, 4, 4)
    plain = Convolution(6 + 3, 5)
    plain.load_state_dict(joined.state_dict())
    torch.testing.assert_close(joined(values, of_groups), plain(torch.cat([values, channels], dim=1)))


def test_each_feature_has_its_deviation_where_there_are_as_many_channels_for_it() -> None:
    counts = {
        asked: Discriminator(small(deviation_channels=asked), 32, 2).convolution.weight.shape[1]
        for asked in (1, 8, 1000)
    }
    assert counts == {1: 16 + 1, 8: 16 + 8, 1000: 16 + 16}


def test_a_batch_that_groups_do_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="a batch of 6 images cannot be divided into groups of 4"):
        deviations(torch.zeros(6, 1, 1, 1), 4, 1)


def test_truncation_draws_latents_to_the_mean_of_their_class_or_of_all() -> None:
    generator = Generator(small(), 32, 2)
    generator.mapping.class_means.copy_(torch.randn(2, 8))
    generator.mapping.mean.copy_(torch.randn(8))
    maps = [torch.zeros(2, 1, one, one) for one in generator.synthesis.noise_sides()]
    labels, layers = torch.tensor([0, 1]), generator.synthesis.layers
    noise = torch.randn(2, 12)
    of_class = generator.synthesis(generator.mapping.class_means[:, None].expand(-1, layers, -1), maps)
    torch.testing.assert_close(generator(noise, labels, maps, truncation=0.0), of_class)
    overall = generator.synthesis(generator.mapping.mean.expand(2, layers, -1), maps)
    torch.testing.assert_close(generator(noise, labels, maps, truncation=0.0, towards="overall"), overall)
    latents = torch.lerp(generator.mapping.class_means, generator.mapping(noise, labels), 0.7)
    halfway = generator.synthesis(latents[:, None].expand(-1, layers, -1), maps)
    torch.testing.assert_close(generator(noise, labels, maps, truncation=0.7), halfway)


@pytest.mark.parametrize("batches", [1, 40, 2000])
def test_means_of_latents_are_tracked_per_class_whatever_else_a_batch_holds(batches: int) -> None:
    mapping = Generator(small(), 32, 3).mapping
    centres = torch.randn(3, 8)
    labels = torch.tensor([0, 0, 0, 1])  # and never 2
    for _ in range(batches):
        mapping.track(centres[labels] + 0.001 * torch.randn(4, 8), labels)
    torch.testing.assert_close(mapping.class_means[:2], centres[:2], atol=0.02, rtol=0)
    assert torch.equal(mapping.class_means[2], torch.zeros(8))
    torch.testing.assert_close(mapping.mean, centres[labels].mean(dim=0), atol=0.02, rtol=0)


def test_means_of_latents_move_by_a_two_hundredth_once_many_were_seen() -> None:
    mapping = Generator(small(), 32, 3).mapping
    mapping.seen.fill_(1e6)
    mapping.track(torch.ones(4, 8), torch.tensor([0, 0, 0, 1]))
    torch.testing.assert_close(mapping.mean, torch.full((8,), 0.005))
    # A class that has its fair share of a batch moves as far, here 4 / 3 images.
    expected = 0.005 * torch.tensor([3.0, 1.0, 0.0]) / (4 / 3)
    torch.testing.assert_close(mapping.class_means, expected[:, None].expand(3, 8))


def test_reduced_precision_changes_little() -> None:
    torch.manual_seed(0)
    generator, discriminator = Generator(small(), 32, 7), Discriminator(small(), 32, 7)
    maps = [torch.randn(4, 1, one, one) for one in generator.synthesis.noise_sides()]
    noise, labels = torch.randn(4, 12), torch.tensor([0, 1, 2, 3])
    images = generator(noise, labels, maps)
    logits = discriminator(images, labels)
    generator.synthesis.reduced = discriminator.reduced = True
    kinds: dict[int, torch.dtype] = {}
    for side, block in zip(generator.synthesis.sides[1:], generator.synthesis.blocks, strict=True):
        block.register_forward_hook(lambda _m, inputs, _o, side=side: kinds.__setitem__(side, inputs[0].dtype))
    generator.synthesis.convolution.register_forward_hook(lambda _m, inputs, _o: kinds.__setitem__(4, inputs[0].dtype))
    reduced = generator(noise, labels, maps)
    assert kinds == {4: torch.float32, 8: torch.bfloat16, 16: torch.bfloat16, 32: torch.bfloat16}
    assert not torch.equal(reduced, images)
    assert (generator(noise, labels, maps) - images).abs().max() < 0.05 * images.abs().max()
    assert (discriminator(images, labels) - logits).abs().max() < 0.1 * logits.abs().max()


def test_activations_are_clamped_in_reduced_precision() -> None:
    values = torch.tensor([1e4, -1e4], dtype=torch.bfloat16)
    assert activated(values.clone()).tolist() == [CLAMP, -CLAMP]
    assert activated(values.clone(), 0.5).tolist() == [CLAMP / 2, -CLAMP / 2]


def test_grey_is_clamped_in_reduced_precision_alone() -> None:
    layer = ToGrey(6, 8)
    nn.init.constant_(layer.bias, -1e4)
    values, latents = torch.zeros(1, 6, 2, 2), torch.zeros(1, 8)
    torch.testing.assert_close(layer(values.bfloat16(), latents), torch.full((1, 1, 2, 2), -CLAMP))
    torch.testing.assert_close(layer(values, latents), torch.full((1, 1, 2, 2), -1e4))


@pytest.mark.parametrize("residual", [True, False])
def test_a_block_of_the_discriminator_is_the_published_one(residual: bool) -> None:
    block = DiscriminatorBlock(3, 5, residual=residual)
    for layer in (block.first, block.second):
        nn.init.normal_(layer.bias)
    values = torch.randn(2, 3, 8, 8)

    def convolved(images: np.ndarray, weight: torch.Tensor, stride: int) -> np.ndarray:
        """A correlation by explicit sums, with filters scaled by the root of their inputs."""
        filters = weight.detach().numpy() / math.sqrt(weight[0].numel())
        size, count = filters.shape[2], (images.shape[2] - filters.shape[2]) // stride + 1
        result = np.zeros((len(images), len(filters), count, count))
        for row in range(count):
            for column in range(count):
                top, left = row * stride, column * stride
                window = images[:, :, top : top + size, left : left + size]
                result[:, :, row, column] = np.einsum("bihw,oihw->bo", window, filters)
        return result

    def blurred(images: np.ndarray, padding: int) -> np.ndarray:
        taps = np.array([1.0, 3.0, 3.0, 1.0]) / 8
        padded = np.pad(images, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        return np.stack([[signal.convolve2d(one, np.outer(taps, taps), mode="valid") for one in i] for i in padded])

    def active(images: np.ndarray, bias: torch.Tensor) -> np.ndarray:
        shifted = images + bias.detach().numpy()[None, :, None, None]
        result: np.ndarray = np.where(shifted > 0, shifted, 0.2 * shifted) * math.sqrt(2)
        return result

    image = values.numpy()
    first = active(convolved(np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1))), block.first.weight, 1), block.first.bias)
    expected = active(convolved(blurred(first, 2), block.second.weight, 2), block.second.bias)
    if block.shortcut is not None:
        straight = convolved(blurred(image, 1), block.shortcut.weight, 2)
        expected = (expected + straight) * math.sqrt(0.5)
    np.testing.assert_allclose(block(values).detach().numpy(), expected, atol=1e-4)


@pytest.mark.parametrize("doubles", [False, True])
def test_modulated_convolutions_can_be_differentiated_twice(doubles: bool) -> None:
    layer = ModulatedConvolution(2, 2, 3, doubles=doubles).double()
    values, latents = torch.randn(1, 2, 3, 3).double(), torch.randn(1, 3).double()
    noise = torch.randn(1, 1, 6 if doubles else 3, 6 if doubles else 3).double()
    inputs = (values.requires_grad_(), latents.requires_grad_())
    assert torch.autograd.gradgradcheck(lambda value, latent: layer(value, latent, noise), inputs)


def test_a_block_of_the_discriminator_can_be_differentiated_twice() -> None:
    block = DiscriminatorBlock(2, 2, residual=True).double()
    assert torch.autograd.gradgradcheck(block, (torch.randn(1, 2, 4, 4).double().requires_grad_(),))
