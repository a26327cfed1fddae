"""The study's open question: are samples made at 64 px better than samples made at 32, or is it noise?"""

from fer.report.evidence import average_difference
from fer.report.format import between, chance, score, signed
from fer.report.pairs import NOT_OF_ONE, judged, pairs_of
from fer.report.results import StudyResults
from fer.report.summary import groups_of
from fer.report.verdicts import seeds_of, seeds_to_see
from fer.statistics.claims import LEAST_SEEDS, NetworksClaim

LARGE, SMALL = "stylegan2-64", "stylegan2-32"
ASSUMED_SPREAD = 0.01
"""Standard deviation between seeds that is assumed of a difference where a single seed shows none."""


def resolution_note(results: StudyResults) -> str | None:
    """The answer with its interval, and how many seeds it would take; None for a study without both generators."""
    study = results.planned.study
    named = [
        next((name for name in study.generators if study.model_of(name) == model), None) for model in (LARGE, SMALL)
    ]
    large, small = named
    if large is None or small is None:
        return None
    question = "Are samples made at 64 px better than samples made at 32?"
    average = average_difference(results, pairs_of(groups_of(results), large, small))
    if average is None:
        return f"{question} Nothing can be said yet: {large} and {small} share no finished training set and seed."
    claim = average.claim
    seeds = seeds_of(claim)
    said = (
        f"{question} On average over {len(average.pairs)} training sets and {seeds} {'seed' if seeds == 1 else 'seeds'} "
        f"the difference of {large} from {small} is {signed(claim.estimate.value)} macro-F1 (95 % interval "
        f"{between(claim.estimate.interval, signed)}"
    )
    if isinstance(claim, NetworksClaim):
        needed = seeds_to_see(ASSUMED_SPREAD**2, claim.estimate.error**2)
        return (
            f"{said}, of these trained networks on other test images). Of the procedures it is not decidable with this "
            f"many seeds: it takes {LEAST_SEEDS} at least, and {needed} to see a difference of 0.010 "
            f"with a chance of 80 %, if differences spread by {score(ASSUMED_SPREAD)} between seeds, which one seed "
            "cannot tell."
        )
    (verdict,) = judged([claim], [average.pairs[0]])
    said = f"{said}, for other seeds and images)"
    if verdict["p"] is None:
        said = f"{said}: {verdict['verdict']}"
        if verdict["verdict"] != NOT_OF_ONE:
            said = f"{said}, of which it takes {LEAST_SEEDS} at least"
    else:
        said = f"{said}: {verdict['verdict']} (p = {chance(verdict['p'])})"
    needed = seeds_to_see(claim.between_seeds, claim.shared)
    return f"{said}. To see a difference of 0.010 with a chance of 80 % it would take {needed} seeds."
