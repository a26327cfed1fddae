"""How claims are spelled: what they are about, and what is made of them."""

from collections.abc import Sequence
from typing import Any

from fer.report.format import between, signed, whole
from fer.statistics.claims import Claim, NetworksClaim, ProceduresClaim
from fer.statistics.estimate import Estimate
from fer.statistics.power import MOST_SEEDS, seeds_needed
from fer.statistics.verdicts import Verdict, verdicts

POINT = 0.01
"""One point of macro-F1."""

HOLM = (
    "p-values are corrected for all claims of one kind in the table (Holm), so that for each kind, trained networks "
    "and procedures, the chance of any false verdict is at most 5 %."
)

NOT_LEAK_FREE = "not surely on the leak-free images"
"""Of a verdict that holds on all test images."""

MCNEMAR = (
    "McNemar’s test asks something else than the difference beside it: whether the two trained networks of a single "
    "seed are right on equally many test images, which is about accuracy, where large classes count for more. Its "
    "p-values are corrected for all its pairs in the table; neither of the two tests proves the other wrong."
)
"""For tables with a column of its p-values."""


def verdicts_of(claims: Sequence[Claim | None]) -> list[Verdict | None]:
    """A verdict for each claim of a table; each kind of claim is a family of its own. None for None."""
    networks = iter(verdicts([claim for claim in claims if isinstance(claim, NetworksClaim)]))
    procedures = iter(verdicts([claim for claim in claims if isinstance(claim, ProceduresClaim)]))
    return [
        None if claim is None else next(networks) if isinstance(claim, NetworksClaim) else next(procedures)
        for claim in claims
    ]


def with_leak_free(words: str, leak_free: Claim | None) -> str:
    """A verdict on all test images, and that the leak-free ones do not bear it out where they do not."""
    return f"{words}, {NOT_LEAK_FREE}" if rests_on_leaked(words, leak_free) else words


def rests_on_leaked(words: str, leak_free: Claim | None) -> bool:
    """Whether all test images have a verdict and the interval of the leak-free ones holds 0; False without any."""
    if words not in ("better", "worse") or leak_free is None:
        return False
    interval = leak_free.estimate.interval
    return interval.low <= 0 <= interval.high


def claim_about(claim: Claim | None, of_one_generator: bool) -> str:
    """What a claim is about, in a word or two; nothing for None."""
    if claim is None:
        return ""
    return figure_about(claim.estimate.seeds, of_one_generator)


def figure_about(seeds: int, of_one_generator: bool) -> str:
    """The same of a figure that is no claim of its own, by the seeds that it is from."""
    if seeds == 1:
        return "these networks"
    return "one generator" if of_one_generator else "procedures"


def seeds_to_see(estimate: Estimate) -> str:
    """How many seeds show a difference of ``POINT`` with the chance ``POWER``, if seeds and images vary as here."""
    needed = seeds_needed(POINT, estimate.seeds * estimate.by_seeds**2, estimate.by_images**2)
    return f"more than {whole(MOST_SEEDS)}" if needed is None else whole(needed)


def mean_entries(name: str, mean: Estimate | None) -> dict[str, Any]:
    """The entries of a row for the interval of a mean: its ends, and these as text."""
    if mean is None:
        return dict.fromkeys((f"{name}_interval", f"{name}_low", f"{name}_high"))
    interval = mean.interval
    return {
        f"{name}_interval": between(interval),
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
    }


def difference_entries(name: str, claim: Claim | None) -> dict[str, Any]:
    """The entries of a row for a difference: its value, both ends of its interval, and these as text."""
    if claim is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high", f"{name}_interval"))
    interval = claim.estimate.interval
    return {
        name: claim.estimate.value,
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
        f"{name}_interval": between(interval, signed),
    }
