"""Augmentation of whole batches: what each change does to an image, and how far it may go."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from fer.classifiers.augment import as_floats, augment, draw_changes
from fer.study import Augmentation

NONE = {"flip": 0.0, "shift": 0.0, "scale": 0.0, "rotation": 0.0, "erasing": 0.0}


def random_images(count: int) -> Tensor:
    return torch.randint(1, 256, (count, 48, 48), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def changed(images: Tensor, seed: int = 0, **values: float) -> Tensor:
    spec = Augmentation(**{**NONE, **values})
    matrices, rectangles = draw_changes(spec, len(images), 48, torch.Generator().manual_seed(seed))
    return augment(images, matrices, rectangles)


def centre(image: Tensor) -> tuple[float, float]:
    """Row and column of the centre of brightness, in pixels."""
    rows, columns = image.sum(dim=1), image.sum(dim=0)
    places = torch.arange(48, dtype=torch.float32)
    return float((rows * places).sum() / rows.sum()), float((columns * places).sum() / columns.sum())


def spots(count: int, row: int, column: int) -> Tensor:
    images = torch.zeros(count, 48, 48, dtype=torch.uint8)
    images[:, row - 2 : row + 3, column - 2 : column + 3] = 255
    return images


def test_without_changes_images_are_only_brought_to_floats() -> None:
    images = random_images(8)
    assert torch.allclose(changed(images), as_floats(images), atol=1e-4)
    assert as_floats(images).max() <= 1


def test_a_flip_mirrors_left_and_right() -> None:
    images = random_images(8)
    assert torch.allclose(changed(images, flip=1.0), as_floats(images).flip(-1), atol=1e-4)


def test_about_half_of_the_images_are_flipped_at_probability_one_half() -> None:
    images = spots(400, 24, 10)
    flipped = sum(centre(image[0])[1] > 24 for image in changed(images, flip=0.5))
    assert 160 < flipped < 240


def test_shifts_reach_their_share_of_the_side_and_no_further() -> None:
    offsets = torch.tensor([centre(image[0]) for image in changed(spots(300, 24, 24), shift=0.125)]) - 24
    assert offsets.abs().max() <= 6.01
    assert (offsets.amax(dim=0) > 5.5).all()
    assert (offsets.amin(dim=0) < -5.5).all()


def test_scaling_keeps_the_centre_and_moves_the_rest_by_its_share() -> None:
    distances = torch.tensor([centre(image[0])[1] - 23.5 for image in changed(spots(300, 24, 34), scale=0.2)])
    before = 10.5
    assert distances.max() <= 1.2 * before + 0.1
    assert distances.min() >= 0.8 * before - 0.1
    assert distances.max() - distances.min() > 0.35 * before


def test_rotation_turns_about_the_centre_up_to_its_angle() -> None:
    places = torch.tensor([centre(image[0]) for image in changed(spots(300, 24, 40), rotation=30.0)]) - 23.5
    angles = torch.atan2(places[:, 0], places[:, 1]).rad2deg()
    assert angles.abs().max() <= 33
    assert angles.max() > 25
    assert angles.min() < -25
    assert torch.allclose(places.norm(dim=1), torch.tensor(16.5), atol=0.3)


def test_erasing_blanks_one_rectangle_of_2_to_20_percent() -> None:
    erased = changed(torch.full((300, 48, 48), 255, dtype=torch.uint8), erasing=1.0)[:, 0] == 0
    shares = erased.float().mean(dim=(1, 2))
    assert 0.01 < shares.min() < 0.05
    assert 0.15 < shares.max() < 0.22
    for mask in erased:
        rows, columns = mask.any(dim=1), mask.any(dim=0)
        assert mask.sum() == rows.sum() * columns.sum()
    anywhere = erased.any(dim=0)
    assert anywhere.any(dim=0).all(), "some column is never erased"
    assert anywhere.any(dim=1).all(), "some row is never erased"


def test_images_are_changed_independently_and_the_seed_decides() -> None:
    images = spots(64, 24, 30)
    first, again, other = (changed(images, seed, shift=0.1, rotation=10.0) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len({image.numpy().tobytes() for image in first}) == 64


@pytest.mark.parametrize("field", ["flip", "shift", "scale", "rotation", "erasing"])
def test_values_stay_between_0_and_1(field: str) -> None:
    strongest = {"flip": 1.0, "shift": 0.5, "scale": 0.5, "rotation": 180.0, "erasing": 1.0}
    result = changed(random_images(32), 0, **{field: strongest[field]})
    assert result.shape == (32, 1, 48, 48)
    assert result.dtype == torch.float32
    assert result.min() >= 0
    assert result.max() <= 1 + 1e-6


def test_the_resampling_is_torchs_own_affine_one() -> None:
    images = random_images(16)
    matrices, rectangles = draw_changes(Augmentation(erasing=0.0), 16, 48, torch.Generator().manual_seed(0))
    grid = F.affine_grid(matrices, [16, 1, 48, 48], align_corners=False)
    expected = F.grid_sample(as_floats(images), grid, padding_mode="border", align_corners=False)
    assert torch.allclose(augment(images, matrices, rectangles), expected, atol=1e-4)
