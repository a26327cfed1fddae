"""The order in which images are shown, the size of batches, learning rates, and when training ends."""

import pytest
import torch

from fer.classifiers.epoch import class_weights
from fer.classifiers.schedule import learning_rate
from fer.classifiers.stopping import EarlyStopping
from fer.classifiers.stream import Stream, batch_sizes
from fer.study import TrainingSpec


def test_every_image_is_shown_once_before_any_is_shown_again() -> None:
    stream = Stream(10, torch.Generator().manual_seed(0))
    shown = torch.cat([stream.take(count) for count in (7, 4, 12, 7)])
    passes = shown.view(3, 10)
    assert (passes.sort(dim=1).values == torch.arange(10)).all()
    assert not torch.equal(passes[0], passes[1])


def test_an_epoch_shorter_than_a_pass_is_followed_by_the_rest_of_the_pass() -> None:
    stream = Stream(10, torch.Generator().manual_seed(0))
    assert sorted([*stream.take(5).tolist(), *stream.take(5).tolist()]) == list(range(10))


def test_a_restored_stream_goes_on_as_it_would_have() -> None:
    generator = torch.Generator().manual_seed(0)
    stream = Stream(10, generator)
    stream.take(13)
    state, random = stream.state(), generator.get_state()
    expected = stream.take(20)
    other = torch.Generator()
    other.set_state(random)
    restored = Stream(10, other)
    restored.restore(state)
    assert torch.equal(restored.take(20), expected)


@pytest.mark.parametrize(("images", "batch_size"), [(28709, 128), (128, 128), (129, 128), (5, 2), (3, 1), (2, 256)])
def test_batches_are_nearly_equal_and_never_of_one_image(images: int, batch_size: int) -> None:
    sizes = batch_sizes(images, batch_size)
    assert sum(sizes) == images
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 2
    assert max(sizes) <= max(batch_size, 3)


def test_the_rate_rises_for_an_epoch_and_then_stays() -> None:
    spec = TrainingSpec(learning_rate=0.1, schedule="constant")
    rates = [learning_rate(spec, step, 4, 3) for step in range(12)]
    assert rates[:4] == pytest.approx([0.025, 0.05, 0.075, 0.1])
    assert set(rates[4:]) == {0.1}


def test_the_cosine_falls_to_zero_with_the_budgets_last_epoch() -> None:
    spec = TrainingSpec(learning_rate=0.1, schedule="cosine")
    rates = [learning_rate(spec, step, 100, 3) for step in range(300)]
    assert rates[100] == pytest.approx(0.1)
    assert rates[200] == pytest.approx(0.05)
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert 0 < rates[299] < 1e-4


def test_a_budget_of_one_epoch_is_all_warm_up() -> None:
    assert learning_rate(TrainingSpec(learning_rate=0.1), 9, 10, 1) == pytest.approx(0.1)


def test_patience_counts_epochs_since_the_best_and_the_first_of_equals_is_the_best() -> None:
    stopping = EarlyStopping(epochs=100, patience=3)
    outcomes = []
    for epoch, score in enumerate([0.2, 0.3, 0.3, 0.1, 0.29], start=1):
        outcomes.append((stopping.is_best(epoch, score), stopping.reason(epoch)))
    assert outcomes == [(True, None), (True, None), (False, None), (False, None), (False, "patience")]
    assert stopping.best_epoch == 2


def test_the_budget_ends_training_whatever_the_scores() -> None:
    stopping = EarlyStopping(epochs=2, patience=10)
    assert stopping.is_best(1, 0.0)
    assert stopping.reason(1) is None
    assert stopping.is_best(2, 0.5)
    assert stopping.reason(2) == "budget"


def test_class_weights_are_inverse_frequencies_with_a_mean_of_one_over_the_images() -> None:
    labels = torch.tensor([0, 0, 0, 1, 3, 3])
    weights = class_weights(labels, 4)
    assert weights[1] == pytest.approx(3 * weights[0])
    assert weights[2] == 0
    assert weights[labels].mean() == pytest.approx(1.0)
