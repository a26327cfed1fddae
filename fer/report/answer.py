"""The answer in words, written from the numbers: what each generator's samples are worth, and its best mix."""

from functools import lru_cache

from fer.report.evidence import (
    Average,
    average_difference,
    difference_of,
    leak_free_claim,
    mean_of,
    price_of,
    reached_of,
)
from fer.report.format import between, p_is, percent, score, signed, whole
from fer.report.labels import label_sentences
from fer.report.notes import ONE_GENERATOR
from fer.report.prices import controls_of, interval_spelled, spelled
from fer.report.results import StudyResults
from fer.report.summary import Group, Summary, groups_of, seen_by_generator, worths_of
from fer.report.tables.enough import enough_of
from fer.report.verdicts import NOT_LEAK_FREE, rests_on_leaked, verdicts_of
from fer.statistics.claims import LEAST_SEEDS, Claim, NetworksClaim
from fer.statistics.verdicts import UNDECIDABLE, Verdict

SELECTION = "validation_macro_f1"
_NO_CONTROL = "it has no finished control of the same seeds"
_NOT_ALL_REAL = "all real images are not finished for these seeds"


@lru_cache(maxsize=1)  # for the page, the summary and the numbers: each average is a resampling
def answers(results: StudyResults) -> list[tuple[str, str]]:
    """(generator, paragraph) for each generator of the study, in its order.

    The first sentence says it in short: what its samples are worth on average, with an interval and a verdict, how many
    real images alone do as well as its best mix, which mix is the first to come close to all real images, and how many
    real images the generator itself had seen. Verdicts are corrected over the study's generators. The best mix is
    chosen by macro-F1 on the real validation images; test figures are only reported.
    """
    groups = groups_of(results)
    names = list(results.planned.study.generators)
    averages = [_average_worth(results, name, groups) for name in names]
    judged = verdicts_of([None if average is None else average.claim for average in averages])
    return [
        (name, _answer(results, name, groups, average, verdict))
        for name, average, verdict in zip(names, averages, judged, strict=True)
    ]


def _answer(
    results: StudyResults, generator: str, groups: list[Group], average: Average | None, verdict: Verdict | None
) -> str:
    planned = [group for group in groups if group.generator == generator]
    finished = [group for group in planned if group.finished]
    faults = label_sentences(results, generator)
    if not planned:
        said = (
            "It takes part in no grid, so that nothing can be said of what its samples are worth; see its assessment."
        )
        return " ".join([said, *faults])
    if not finished:
        count = sum(len(group.planned) for group in planned)
        return " ".join([f"Nothing can be said yet: none of its {count} cells is finished.", *faults])
    best = _best([group for group in finished if group.ratio > 0])
    in_short = [
        _worth(results, average, verdict),
        *(_price(results, best, groups) if best else []),
        _enough(results, generator, best or finished[0], groups),
        _seen(results, generator, finished),
    ]
    sentences = [
        f"{'; '.join(in_short)}.",
        *(_best_mix(results, best, groups) if best else ["No mix with real images is finished."]),
        *_synthetic_alone(results, finished, groups),
        *faults,
    ]
    unfinished = sum(len(group.planned) - len(group.finished) for group in planned)
    if unfinished:
        total = sum(len(group.planned) for group in planned)
        sentences.append(f"{unfinished} of its {total} cells {'is' if unfinished == 1 else 'are'} missing.")
    sentences += _reuse(finished)
    if verdict is not None and verdict.p is not None:
        sentences.append("The p-value is corrected for the number of generators.")
    sentences.append(_intervals(finished, groups))
    return " ".join(sentences)


def _average_worth(results: StudyResults, generator: str, groups: list[Group]) -> Average | None:
    pairs = [(worth.mix, worth.control) for worth in worths_of(groups) if worth.mix.generator == generator]
    return average_difference(results, pairs)


def _worth(results: StudyResults, average: Average | None, verdict: Verdict | None) -> str:
    """What the samples are worth, how sure that is, and what it is a claim about."""
    if average is None or verdict is None:
        return "No mix can be compared with a control of the same real images"
    leak_free = leak_free_claim(results, average)
    claim, number = average.claim, len(average.pairs)
    seeds = claim.estimate.seeds
    beside = "In the only mix with a control" if number == 1 else f"On average over {number} mixes with controls"
    said = (
        f"{beside} its samples are worth {signed(claim.estimate.value)} macro-F1 "
        f"({between(claim.estimate.interval, signed)}, {seeds} {'seed' if seeds == 1 else 'seeds'})"
    )
    if isinstance(claim, NetworksClaim):
        subject = "these two trained networks" if number == 1 else "these trained networks"
        return f"{said}: for {subject} {_in_words(verdict, leak_free)}, for the procedure {UNDECIDABLE}"
    if verdict.p is None:
        return f"{said}, and whether chance alone does that is {UNDECIDABLE} (it takes {LEAST_SEEDS})"
    subject = "this one generator" if any(mix.of_one_generator for mix, _ in average.pairs) else "the procedure"
    return f"{said}: for {subject} {_in_words(verdict, leak_free)}"


def _in_words(verdict: Verdict, leak_free: Claim | None) -> str:
    words = {"better": "a gain beyond chance", "worse": "a loss beyond chance"}.get(
        verdict.words, "no difference seen beyond chance"
    )
    if rests_on_leaked(verdict.words, leak_free):
        words += f" but {NOT_LEAK_FREE}"
    return words if verdict.p is None else f"{words} ({p_is(verdict.p)})"


def _best(groups: list[Group]) -> Group | None:
    """The one to choose on validation."""
    return max(groups, key=lambda group: _mean(group.score(SELECTION)), default=None)


def _best_mix(results: StudyResults, chosen: Group, groups: list[Group]) -> list[str]:
    control, everything = _find(groups, chosen.classifier, chosen.ratio), _find(groups, chosen.classifier, 1.0)
    best, control, everything = _over_common_seeds(chosen, control, everything)
    real = best.real_images(results.planned.train_size)
    text = (
        f"Its best mix, chosen on validation, trains {best.classifier} on {percent(best.ratio)} real images "
        f"({whole(real)}) and reaches a test macro-F1 of {_spelled(results, best)}"
    )
    text += f"; the same real images alone reach {_spelled(results, control)}" if control else f"; {_NO_CONTROL}"
    text += f", all real images {_spelled(results, everything)}." if everything else f", and {_NOT_ALL_REAL}."
    text += _fewer_seeds(best, chosen)
    return [text, *([_replaced(results, best, control, everything)] if control and everything else [])]


def _price(results: StudyResults, mix: Group, groups: list[Group]) -> list[str]:
    found = price_of(results, mix, controls_of(groups, mix.classifier))
    if found is None:
        return []
    value, interval = found[0].value, interval_spelled(found[0])
    does = {
        "": f"as well as {spelled(value)} real images alone",
        "fewer than": f"worse than {whole(value.number)} real images alone, the fewest that were tried",
        "more than": f"better than {whole(value.number)} real images alone, the most that were tried",
    }[value.beyond]
    if interval == spelled(value):
        return [f"its best mix does {does}"]
    unsure = ", though not beyond chance" if value.beyond else ""
    return [f"its best mix does {does}{unsure} ({interval})"]


def _enough(results: StudyResults, generator: str, mix: Group, groups: list[Group]) -> str:
    """Which mix, trained with the classifier of this one, is the first within a point of all real images."""
    found = enough_of(results, groups, mix.classifier, generator)
    if found is None:
        return f"whether a mix comes within one point of all real images cannot be said of {mix.classifier} yet"
    if found["ratio"] is None:
        return f"none of its mixes comes within one point of all real images with {mix.classifier}"
    sure = found["sure_ratio"]
    how_sure = "not surely" if sure is None else "surely" if sure == found["ratio"] else f"surely at {percent(sure)}"
    return (
        f"the fewest real images in a mix within one point of all of them are {percent(found['ratio'])} with "
        f"{mix.classifier}, {how_sure}"
    )


def _replaced(results: StudyResults, best: Group, control: Group, everything: Group) -> str:
    """How much of what the left-out real images would add the samples make up for."""
    left_out = percent(1 - best.ratio)
    found = reached_of(results, best, control, everything)
    if found is None:
        return _nothing_to_replace(results, control, everything)
    low = "nothing" if found.low is None else "all" if found.low == 1 else percent(found.low)
    high = "all" if found.high is None else "nothing" if found.high == 0 else percent(found.high)
    interval = f"(at 95\N{NARROW NO-BREAK SPACE}% {low})" if low == high else f"({low} to {high} of it)"
    if found.value <= 0:
        return f"The samples replace nothing of what the other {left_out} of the real images would add {interval}."
    if found.value >= 1:
        return f"The samples do what the other {left_out} of the real images would add {interval}."
    return f"The samples do {percent(found.value)} of what the other {left_out} would add {interval}."


def _nothing_to_replace(results: StudyResults, control: Group, everything: Group) -> str:
    gain = difference_of(results, everything, control)
    assert gain is not None  # noqa: S101 - for the type checker: both have seeds in common
    estimate = gain.estimate
    return (
        f"All real images do not do better than these alone ({signed(estimate.value)}, "
        f"{between(estimate.interval, signed)}), so that it cannot be said what share of a gain the samples replace."
    )


def _synthetic_alone(results: StudyResults, finished: list[Group], groups: list[Group]) -> list[str]:
    chosen = _best([group for group in finished if group.ratio == 0])
    if chosen is None:
        return []
    best, everything, _ = _over_common_seeds(chosen, _find(groups, chosen.classifier, 1.0), None)
    times = f" ({best.volume} times as many)" if best.volume > 1 else ""
    beside = f", against {_spelled(results, everything)} on all real images" if everything else ""
    text = f"On its samples alone{times}, {best.classifier} reaches {_spelled(results, best)}{beside}."
    return [text + _fewer_seeds(best, chosen)]


def _seen(results: StudyResults, generator: str, finished: list[Group]) -> str:
    seen = sorted({number for group in finished if (number := seen_by_generator(results, group)) is not None})
    if not seen:
        return "what real images its makers had seen is not known"
    if results.planned.study.generators[generator].real == "match":
        return "the generator itself had seen only the real images of the mix that it serves"
    return f"the generator itself had seen {whole(seen[-1])} real images, more than any mix holds"


def _reuse(finished: list[Group]) -> list[str]:
    """That a spread between seeds holds for one generator only, where it does."""
    spread = [group.of_one_generator for group in finished if len(group.finished) > 1]
    if not any(spread):
        return []
    if any(group.of_folder for group in finished):
        return ["One folder of images serves all seeds, so that the spread is that of these images."]
    if all(spread):
        return ["One trained generator serves several seeds, so that the spread is that of this one generator."]
    return [
        f"In part one trained generator serves several seeds (“{ONE_GENERATOR}” in the table of scores), so that the "
        "spread there is that of this one generator."
    ]


def _intervals(finished: list[Group], groups: list[Group]) -> str:
    """What the intervals in brackets hold for, with the fewest seeds that groups have and are compared over."""
    beside = [(group, _find(groups, group.classifier, ratio)) for group in finished for ratio in (group.ratio, 1.0)]
    compared = [len(group.finished_seeds & other.finished_seeds) for group, other in beside if other]
    single = [count == 1 for count in (*compared, *(len(group.finished) for group in finished)) if count]
    text = "Brackets hold 95 % intervals, for other "
    if all(single):
        return f"{text}images like the test images: with one seed they are about these trained networks only."
    if any(single):
        return f"{text}seeds and images; where only one seed is finished, for other images only."
    return f"{text}seeds and images."


def _find(groups: list[Group], classifier: str, real_ratio: float) -> Group | None:
    """The finished group of real images alone at a ratio."""
    for group in groups:
        if not group.is_mix and (group.classifier, group.ratio) == (classifier, real_ratio) and group.finished:
            return group
    return None


def _over_common_seeds(
    mix: Group, first: Group | None, second: Group | None
) -> tuple[Group, Group | None, Group | None]:
    """The mix and what it is compared with, each over the seeds that all have; None for one that shares no seed."""
    seeds = mix.finished_seeds
    kept = []
    for other in (first, second):
        shared = seeds & other.finished_seeds if other else set()
        kept.append(other if shared else None)
        seeds = shared or seeds
    first, second = (other and other.only(seeds) for other in kept)
    return mix.only(seeds), first, second


def _fewer_seeds(compared: Group, whole: Group) -> str:
    """A sentence where a comparison could not use all the seeds of a mix."""
    used, there = len(compared.finished), len(whole.finished)
    return "" if used == there else f" This compares the {used} of its {there} seeds that the others have too."


def _spelled(results: StudyResults, group: Group) -> str:
    """A group's macro-F1 with its interval, and the leak-free figure."""
    mean, leak_free = mean_of(results, group, "macro_f1"), group.score("macro_f1_leak_free")
    if mean is None:
        return "no score"
    beside = f"; leak-free {score(leak_free.mean)}" if leak_free else ""
    return f"{score(mean.value)} ({between(mean.interval)}{beside})"


def _mean(summary: Summary | None) -> float:
    return float("-inf") if summary is None else summary.mean


def headline(results: StudyResults) -> str:
    """How much of the study there is, in one sentence."""
    planned = sum(len(group.planned) for group in groups_of(results))
    finished = len(results.cells)
    if planned == 0:
        return "The study has no cells: it assesses generators only."
    if finished == 0:
        return f"None of the study's {planned} cells is finished, so that nothing can be said yet."
    if finished == planned:
        return f"All {planned} cells of the study are finished."
    return f"{finished} of the study's {planned} cells are finished; what follows is said of these alone."
