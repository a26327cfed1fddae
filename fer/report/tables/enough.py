"""How few real images come close to all of them, with samples in place of the rest."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from fer.report.evidence import difference_of
from fer.report.pairs import NOT_OF_ONE
from fer.report.prices import controls_of
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.tables.table import Column, Table
from fer.report.verdicts import POINT, claim_about
from fer.statistics.claims import LEAST_SEEDS, Claim, ProceduresClaim
from fer.statistics.verdicts import UNDECIDABLE

WITHIN = "within one point"
NOT_SURE = "not surely within one point"
BELOW = "surely more than one point below"


@dataclass(frozen=True)
class _Beside:
    """A mix beside all real images."""

    mix: Group
    """With the seeds alone that both have."""
    claim: Claim
    """By how much all real images are better."""

    @property
    def about(self) -> str:
        return claim_about(self.claim, self.mix.of_one_generator)

    @property
    def verdict(self) -> str:
        """Whether its whole interval is within a point, or beyond one.

        On procedures only where other seeds can be judged from it.
        """
        if isinstance(self.claim, ProceduresClaim):
            if self.mix.of_one_generator:
                return NOT_OF_ONE
            if not self.claim.decidable:
                return UNDECIDABLE
        interval = self.claim.estimate.interval
        return WITHIN if interval.high <= POINT else BELOW if interval.low > POINT else NOT_SURE


def enough_table(results: StudyResults) -> Table | None:
    """One row per classifier and generator: the smallest real ratios whose mix is within a point of all real images."""
    groups = groups_of(results)
    rows = [
        row
        for classifier in dict.fromkeys(group.classifier for group in groups)
        for generator in results.planned.study.generators
        if (row := enough_of(results, groups, classifier, generator)) is not None
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
            Column("leak_free_ratio", "leak-free", "ratio", group="By the means"),
            Column("real_images", "real images", "whole", group="By the means"),
            Column("below", "below all real", "score", group="By the means"),
            Column("below_at_most", "at most", "score", group="By the means"),
            Column("about", "claim about", group="By the means"),
            Column("sure_ratio", "real ratio", "ratio", group="Sure at 95 %"),
            Column("leak_free_sure_ratio", "leak-free", "ratio", group="Sure at 95 %"),
            Column("sure_real_images", "real images", "whole", group="Sure at 95 %"),
            Column("sure_about", "claim about", group="Sure at 95 %"),
            Column("verdict", "the mix is", "words", group="Sure at 95 %"),
        ],
        rows=rows,
        note=(
            "The smallest real ratio at which the mix’s macro-F1 is at most 0.010 below that of all real images: by "
            "the means, and so that the whole 95 % interval of the difference is, here and at all larger ratios; both "
            "of all test images and of the leak-free ones. "
            "Empty where no finished mix is. Training sets of several times as many samples are left out. Of "
            f"procedures nothing is sure with fewer than {LEAST_SEEDS} seeds, nor where one trained generator serves "
            "them all."
        ),
    )


def enough_of(results: StudyResults, groups: list[Group], classifier: str, generator: str) -> dict[str, Any] | None:
    """The row of a classifier and generator; None where no mix can be compared with all real images."""
    everything = next((group for group in controls_of(groups, classifier) if group.ratio == 1), None)
    if everything is None:
        return None
    wanted = (classifier, generator, 1)
    mixes = [group for group in groups if (group.classifier, group.generator, group.volume) == wanted]
    official, leak_free = (
        [
            _Beside(mix.only(everything.finished_seeds), claim)
            for mix in mixes
            if (claim := difference_of(results, everything, mix, name)) is not None
        ]
        for name in ("macro_f1", "macro_f1_leak_free")
    )
    if not official:
        return None
    size = results.planned.train_size
    return {
        "classifier": classifier,
        "generator": generator,
        **_near(official, size),
        **_sure(official, size),
        **{f"leak_free_{key}": value for key, value in {**_near(leak_free, size), **_sure(leak_free, size)}.items()},
    }


def _sure(beside: list[_Beside], train_size: int) -> dict[str, Any]:
    """From the largest ratio down to the first that is not sure, so that several looks do not make one by chance."""
    if not beside:
        return dict.fromkeys(("sure_ratio", "sure_real_images", "sure_about", "verdict"))
    alike = [found for found in reversed(beside) if type(found.claim) is type(beside[-1].claim)]
    sure = list(takewhile(lambda found: found.verdict == WITHIN, alike))
    last = sure[-1] if sure else None
    return {
        "sure_ratio": last and last.mix.ratio,
        "sure_real_images": last and last.mix.real_images(train_size),
        "sure_about": last.about if last else "",
        "verdict": (last or alike[0]).verdict,
    }


def _near(beside: list[_Beside], train_size: int) -> dict[str, Any]:
    near = next((found for found in beside if found.claim.estimate.value <= POINT), None)
    if near is None:
        return dict.fromkeys(("ratio", "real_images", "below", "below_at_most")) | {"about": ""}
    return {
        "ratio": near.mix.ratio,
        "real_images": near.mix.real_images(train_size),
        "below": near.claim.estimate.value,
        "below_at_most": near.claim.estimate.interval.high,
        "about": near.about,
    }
