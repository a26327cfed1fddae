"""A stage's revision stands for its sources: neither changes without the other, or without a recorded reason."""

from itertools import pairwise

import pytest

from fer.revisions import REVISIONS, Stage
from tests.revisions import digest, recorded, sources


@pytest.mark.parametrize("stage", REVISIONS)
def test_the_sources_of_a_stage_are_those_recorded_for_its_revision(stage: Stage) -> None:
    last = recorded()[stage][-1]
    assert (last["revision"], last["digest"]) == (REVISIONS[stage], digest(stage)), (
        f"the sources of {stage} changed: raise its revision in fer/revisions.py if its results can change, "
        f'then record it with python -m tests.revisions {stage} --why "..."'
    )


@pytest.mark.parametrize("stage", REVISIONS)
def test_each_stage_names_sources_that_exist(stage: Stage) -> None:
    assert sources(stage)


@pytest.mark.parametrize("stage", REVISIONS)
def test_revisions_only_rise_and_every_record_says_why(stage: Stage) -> None:
    entries = recorded()[stage]
    assert all(before["revision"] <= after["revision"] for before, after in pairwise(entries))
    assert all(entry["why"].strip() for entry in entries)
