"""How figures are spelled on the page. Missing ones are an empty string."""

from collections.abc import Callable
from typing import Any

from fer.statistics.estimate import Interval

MINUS = "\N{MINUS SIGN}"


def score(value: float) -> str:
    """Three decimals: macro-F1, accuracy, losses."""
    return f"{value:.3f}".replace("-", MINUS)


def signed(value: float) -> str:
    """Three decimals and always a sign: differences."""
    return f"{value:+.3f}".replace("-", MINUS)


def fine(value: float) -> str:
    """Four decimals: distances between sets of images, and what was published with as many."""
    return f"{value:.4f}".replace("-", MINUS)


def hundredths(value: float) -> str:
    """Two decimals: what was published with as many."""
    return f"{value:.2f}".replace("-", MINUS)


def whole(value: float) -> str:
    """Whole numbers with separated thousands."""
    return f"{value:,.0f}".replace("-", MINUS)


def ratio(value: float) -> str:
    """A real ratio as a study spells it, but at least one decimal: 0.0, 0.03, 1.0."""
    return f"{value:.1f}" if round(value, 1) == value else f"{value:g}"


def share(value: float) -> str:
    """Per cent with one decimal."""
    return f"{100 * value:.1f}\N{NARROW NO-BREAK SPACE}%"


def percent(value: float) -> str:
    """Per cent with as few decimals as a ratio needs: 50 %, 0.5 %."""
    return f"{100 * value:.{0 if value >= 0.095 or value == round(value, 2) else 1}f}\N{NARROW NO-BREAK SPACE}%"


def hours(value: float) -> str:
    """Seconds as hours with two decimals; nothing for none."""
    return f"{value / 3600:,.2f}" if value else ""


def money(value: float) -> str:
    """Two decimals with separated thousands."""
    return f"{value:,.2f}"


def level(value: float) -> str:
    """Grey levels with one decimal."""
    return f"{value:.1f}".replace("-", MINUS)


def chance(value: float) -> str:
    """A p-value with three decimals, or that it is smaller."""
    return f"{value:.3f}" if value >= 0.0005 else "< 0.001"


def p_is(value: float) -> str:
    """A p-value in a sentence."""
    return f"p {'' if value < 0.0005 else '= '}{chance(value)}"


def between(interval: Interval, spell: Callable[[float], str] = score) -> str:
    """Both ends of an interval."""
    return f"{spell(interval.low)} to {spell(interval.high)}"


def seconds(value: float) -> str:
    """0.4 s, 12 s, 3 min 05 s, 2 h 07 min."""
    if value < 10:
        return f"{value:.1f} s"
    total = round(value)
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min {total % 60:02d} s"
    return f"{total // 3600} h {total % 3600 // 60:02d} min"


FORMATS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "code": str,
    "count": str,
    "moment": str,
    "words": str,
    "score": score,
    "signed": signed,
    "fine": fine,
    "hundredths": hundredths,
    "whole": whole,
    "ratio": ratio,
    "share": share,
    "level": level,
    "chance": chance,
    "seconds": seconds,
    "hours": hours,
    "money": money,
}
"""By the kind of a column."""


def shown(value: Any, kind: str) -> str:
    """``value`` as its kind of column shows it."""
    return "" if value is None else FORMATS[kind](value)
