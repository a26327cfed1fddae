"""What sections say first, where it holds of a study."""

from dataclasses import replace

import numpy as np

from fer.report.notes import never_right_note
from tests.reports import CLASSES, TRUTH, made_up


def test_a_class_that_a_network_never_gets_right_is_named_as_a_limit_of_intervals() -> None:
    results = made_up()
    assert never_right_note(results) is None
    disgust = CLASSES.index("disgust")
    first, *others = results.cells
    first = replace(first, predicted=np.where(TRUTH.labels == disgust, 0, first.predicted).astype(np.uint8))
    note = never_right_note(replace(results, cells=[first, *others]))
    assert note is not None
    assert note.startswith(f"Networks that read no test image of a class right: disgust (by 1 of {1 + len(others)}).")
