"""The study's open question: are samples made at 64 px better than samples made at 32, or is it noise?"""

from dataclasses import replace

from fer.report.format import between, p_is, score, signed
from fer.report.pairs import NOT_OF_ONE, JudgedAverage, judged_averages
from fer.report.results import StudyResults
from fer.report.verdicts import POINT, seeds_to_see
from fer.statistics.claims import LEAST_SEEDS, NetworksClaim
from fer.statistics.estimate import Estimate
from fer.statistics.verdicts import UNDECIDABLE

LARGE, SMALL = "stylegan2-64", "stylegan2-32"
ASSUMED_SPREAD = 0.01
"""Standard deviation of a difference between seeds, where the study's own seeds cannot tell it."""
_QUESTION = "Are samples made at 64 px better than samples made at 32?"
_VERDICTS = {
    "better": "Those made at 64 px are better",
    "worse": "Those made at 64 px are worse",
    "no difference seen": "No difference is seen beyond chance",
}
_OPPOSITE = {"better": "worse", "worse": "better"}


def resolution_note(results: StudyResults) -> str | None:
    """The answer with its interval, and how many seeds it would take; None for a study without both generators."""
    study = results.planned.study
    large, small = (
        next((name for name in study.generators if study.model_of(name) == model), None) for model in (LARGE, SMALL)
    )
    if large is None or small is None:
        return None
    found = next((found for found in judged_averages(results) if {found.first, found.second} == {large, small}), None)
    if found is None:
        return f"{_QUESTION} Nothing can be said yet: {large} and {small} share no finished training set and seed."
    # The family's order of the two is that of the study's generators.
    turned = found.first == small
    estimate, sets = found.average.claim.estimate, len(found.average.pairs)
    if turned:
        estimate = replace(estimate, value=-estimate.value)
    return (
        f"{_QUESTION} The macro-F1 of {large} minus that of {small} is {signed(estimate.value)} "
        f"({between(estimate.interval, signed)} at 95 %) over {sets} training {'set' if sets == 1 else 'sets'} and "
        f"{estimate.seeds} {'seed' if estimate.seeds == 1 else 'seeds'}. {_conclusion(found, turned)}"
    )


def _conclusion(found: JudgedAverage, turned: bool) -> str:
    """The verdict, the same as in the table of all pairs, and how many seeds it would take."""
    estimate, p = found.average.claim.estimate, found.p
    words = _OPPOSITE.get(found.verdict, found.verdict) if turned else found.verdict
    if isinstance(found.average.claim, NetworksClaim):
        return (
            f"That is of these trained networks; of the procedures it is {UNDECIDABLE}: it takes at least "
            f"{seeds_to_see(_assumed(0.0))} seeds to see a difference of {score(POINT)} in four of five studies, if "
            f"seeds differ by {score(ASSUMED_SPREAD)}, which is assumed; {seeds_to_see(_assumed(estimate.by_images))} "
            f"if all that the test images add to the error here ({score(estimate.by_images)}) were common to all "
            "seeds, which one seed cannot tell."
        )
    if words == NOT_OF_ONE:
        said = f"That is of these trained generators; of the procedures it is {NOT_OF_ONE}"
        seeds_differ = f"differ by {score(ASSUMED_SPREAD)}, which is assumed"
        return f"{said}: {_needed(_assumed(estimate.by_images), seeds_differ)}"
    if p is None:
        said = f"Whether that is more than chance is {UNDECIDABLE}"
        return f"{said}: {_needed(estimate, 'differ as these few do')}"
    said = f"{_VERDICTS[words]} ({p_is(p)}, corrected for all pairs of generators)"
    return f"{said}; {_needed(estimate, 'differ as these do')}"


def _assumed(by_images: float) -> Estimate:
    """What is left of a difference where seeds are assumed to spread."""
    return Estimate(0.0, ASSUMED_SPREAD / LEAST_SEEDS**0.5, by_images, LEAST_SEEDS)


def _needed(estimate: Estimate, seeds_differ: str) -> str:
    return (
        f"it takes {seeds_to_see(estimate)} seeds to see a difference of {score(POINT)} in four of five studies, if "
        f"seeds {seeds_differ}."
    )
