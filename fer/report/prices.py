"""The price of every mix in real images, and how it is spelled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fer.report.evidence import price_of
from fer.report.format import whole
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.statistics.price import Images, Price


@dataclass(frozen=True)
class Priced:
    """A mix with its price."""

    mix: Group
    price: Price
    leak_free: Price | None
    """By the leak-free images; None where there are none."""
    seeds: int


def prices_of(results: StudyResults) -> Iterator[Priced]:
    """Every finished mix whose classifier was trained on real images alone too, with the same seeds."""
    groups = groups_of(results)
    for mix in groups:
        controls = controls_of(groups, mix.classifier)
        if mix.is_mix and mix.finished and (found := price_of(results, mix, controls)):
            leak_free = price_of(results, mix, controls, "macro_f1_leak_free")
            yield Priced(mix, price=found[0], leak_free=leak_free and leak_free[0], seeds=found[1])


def controls_of(groups: Iterable[Group], classifier: str) -> list[Group]:
    """A classifier's groups of real images alone, all of them last, by rising ratio."""
    return [group for group in groups if not group.is_mix and group.classifier == classifier]


def spelled(images: Images) -> str:
    """A number of images, or beyond which it lies."""
    return f"{images.beyond} {whole(images.number)}".strip()


def interval_spelled(price: Price) -> str:
    """Both ends of a price's interval; one where both are beyond the same control."""
    low, high = spelled(price.low), spelled(price.high)
    return low if low == high else f"{low} to {high}"
