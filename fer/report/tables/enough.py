"""How few real images come close to all of them, with samples in place of the rest."""

from typing import Any

from fer.report.evidence import difference_of
from fer.report.prices import controls_of
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.tables.table import Column, Table
from fer.report.verdicts import POINT, claim_about
from fer.statistics.claims import Claim


def enough_table(results: StudyResults) -> Table | None:
    """One row per classifier and generator: the smallest real ratios whose mix is within a point of all real images."""
    groups = groups_of(results)
    rows = [
        row
        for classifier in dict.fromkeys(group.classifier for group in groups)
        for generator in results.planned.study.generators
        if (row := _row(results, groups, classifier, generator)) is not None
    ]
    if not rows:
        return None
    return Table(
        name="enough",
        title="How few real images come within one point of all of them",
        columns=[
            Column("classifier", "Classifier", head=True),
            Column("generator", "Generator", head=True),
            Column("ratio", "real ratio", "ratio", group="By the means"),
            Column("real_images", "real images", "whole", group="By the means"),
            Column("below", "below all real", "score", group="By the means"),
            Column("below_at_most", "at most", "score", group="By the means"),
            Column("sure_ratio", "real ratio", "ratio", group="Sure at 95 %"),
            Column("sure_real_images", "real images", "whole", group="Sure at 95 %"),
            Column("about", "Claim about"),
        ],
        rows=rows,
        note=(
            "The smallest real ratio at which the mix’s macro-F1 is at most 0.010 below that of all real images: by "
            "the means, and so that the whole 95 % interval of the difference is, here and at all larger ratios. "
            "Empty where no finished mix is."
        ),
    )


def _row(results: StudyResults, groups: list[Group], classifier: str, generator: str) -> dict[str, Any] | None:
    everything = next((group for group in controls_of(groups, classifier) if group.ratio == 1), None)
    if everything is None:
        return None
    mixes = [group for group in groups if (group.classifier, group.generator) == (classifier, generator)]
    claims = [(mix, claim) for mix in mixes if (claim := difference_of(results, everything, mix)) is not None]
    if not claims:
        return None
    near = next(((mix, claim) for mix, claim in claims if claim.estimate.value <= POINT), None)
    sure = _smallest_sure(claims)
    size = results.planned.train_size
    return {
        "classifier": classifier,
        "generator": generator,
        **_near(near, size),
        "sure_ratio": sure and sure.ratio,
        "sure_real_images": sure and sure.real_images(size),
        "about": claim_about(claims[0][1], claims[0][0].of_one_generator),
    }


def _smallest_sure(claims: list[tuple[Group, Claim]]) -> Group | None:
    """From the largest ratio down to the first that is not sure, so that several looks do not make one by chance."""
    sure = None
    for mix, claim in reversed(claims):
        if claim.estimate.interval.high > POINT:
            break
        sure = mix
    return sure


def _near(near: tuple[Group, Claim] | None, train_size: int) -> dict[str, Any]:
    if near is None:
        return dict.fromkeys(("ratio", "real_images", "below", "below_at_most"))
    mix, claim = near
    return {
        "ratio": mix.ratio,
        "real_images": mix.real_images(train_size),
        "below": claim.estimate.value,
        "below_at_most": claim.estimate.interval.high,
    }
