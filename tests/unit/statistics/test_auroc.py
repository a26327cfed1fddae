"""The influence of images on a macro AUROC, beside resampling them for real."""

import numpy as np
import pytest

from fer.metrics.classification import full_scores
from fer.statistics.auroc import auroc_influence


@pytest.mark.parametrize("ties", [False, True])
def test_the_influence_of_images_gives_the_spread_of_resampled_macro_auroc(ties: bool) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(4, size=600, p=[0.5, 0.3, 0.15, 0.05])
    logits = rng.normal(size=(600, 4)) + 0.8 * np.eye(4)[labels]
    logits = np.round(logits) if ties else logits
    influence = auroc_influence(logits, labels)
    assert influence.mean() == pytest.approx(0, abs=1e-6)
    measured, nearly = [], []
    whole = full_scores(logits, labels, ("a", "b", "c", "d"))["macro_auroc"]
    for _ in range(300):
        drawn = rng.integers(600, size=600)
        measured.append(full_scores(logits[drawn], labels[drawn], ("a", "b", "c", "d"))["macro_auroc"])
        nearly.append(whole + influence[drawn].sum() / 600)
    assert np.std(nearly) == pytest.approx(np.std(measured), rel=0.05)
    assert np.corrcoef(nearly, measured)[0, 1] > 0.98


def test_images_of_one_class_have_no_influence_on_an_area_that_is_not_defined() -> None:
    assert not auroc_influence(np.eye(3), np.zeros(3, np.int64)).any()
