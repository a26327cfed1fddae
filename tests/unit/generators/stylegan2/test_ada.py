"""The probability follows the sign of the discriminator's outputs (arXiv 2006.06676, section 3)."""

import json

import pytest
import torch

from fer.generators.stylegan2.ada import EVERY, AdaptiveProbability


def logits(positive: int, negative: int) -> torch.Tensor:
    return torch.tensor([3.0] * positive + [-0.2] * negative)[:, None]


def adaptive() -> AdaptiveProbability:
    return AdaptiveProbability(target=0.6, kimg=500)


def test_starts_at_zero_and_moves_only_every_fourth_minibatch() -> None:
    ada = adaptive()
    seen = []
    for _ in range(2 * EVERY):
        ada.observe(logits(10, 0))
        seen.append(ada.p)
    step = 4 * 10 / 500_000
    assert seen == pytest.approx([0, 0, 0, step, step, step, step, 2 * step])


def test_overfitting_is_the_mean_sign_over_four_minibatches() -> None:
    ada = adaptive()
    assert ada.overfitting is None
    for positive in (10, 8, 6, 4):
        ada.observe(logits(positive, 10 - positive))
    assert ada.overfitting == pytest.approx((10 + 6 + 2 - 2) / 40)


def test_above_the_target_p_rises_and_below_it_falls() -> None:
    ada = adaptive()
    for _ in range(3 * EVERY):
        ada.observe(logits(9, 1))  # r_t = 0.8
    risen = ada.p
    assert risen == pytest.approx(3 * 40 / 500_000)
    for _ in range(EVERY):
        ada.observe(logits(7, 3))  # r_t = 0.4
    assert ada.p == pytest.approx(risen - 40 / 500_000)


def test_at_the_target_p_stays() -> None:
    ada = adaptive()
    for _ in range(EVERY):
        ada.observe(logits(8, 2))  # r_t = 0.6
    assert ada.overfitting == 0.6
    assert ada.p == 0


def test_half_a_million_images_bring_it_from_zero_to_one() -> None:
    ada = adaptive()
    for _ in range(500_000 // 2_500):
        assert ada.p < 1
        ada.observe(logits(2_500, 0))
    assert ada.p == pytest.approx(1)


def test_p_stays_within_zero_and_one() -> None:
    ada = AdaptiveProbability(target=0.6, kimg=0.01)
    for _ in range(EVERY):
        ada.observe(logits(0, 10))
    assert ada.p == 0
    for _ in range(EVERY):
        ada.observe(logits(10, 0))
    assert ada.p == 1


@pytest.mark.parametrize("stopped", range(2 * EVERY + 1))
def test_goes_on_from_its_state_as_if_never_stopped(stopped: int) -> None:
    batches = [logits(positive, 10 - positive) for positive in (10, 9, 9, 10, 2, 3, 9, 10, 10, 10, 9, 10)]
    whole, before, after = adaptive(), adaptive(), adaptive()
    for batch in batches:
        whole.observe(batch)
    for batch in batches[:stopped]:
        before.observe(batch)
    after.restore(json.loads(json.dumps(before.state())))
    for batch in batches[stopped:]:
        after.observe(batch)
    assert after.state() == whole.state()
