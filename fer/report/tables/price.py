"""The price of samples in real images: how many real images alone do as well as a mix."""

from typing import Any

from fer.report.notes import seeds_shown
from fer.report.prices import Priced, interval_spelled, prices_of, spelled
from fer.report.results import StudyResults
from fer.report.summary import seen_by_generator
from fer.report.tables.table import Column, Table
from fer.report.verdicts import figure_about
from fer.statistics.price import Price


def price_table(results: StudyResults) -> Table | None:
    """One row per mix: the number of real images whose control reaches its macro-F1, with its interval."""
    rows = [_row(results, priced) for priced in prices_of(results)]
    if not rows:
        return None
    return Table(
        name="price",
        title="The price of samples in real images",
        columns=[
            Column("classifier", "Classifier", head=True),
            Column("generator", "Generator", head=True),
            Column("ratio", "Real ratio", "ratio", head=True),
            *([Column("volume", "Volume", "whole", head=True)] if any(row["volume"] > 1 for row in rows) else []),
            Column("real_images", "real images", "whole", group="The mix holds"),
            Column("samples", "samples", "whole", group="The mix holds"),
            Column("price", "real images alone", "count", group="It does as well as"),
            Column("price_interval", "95 % interval", "count", group="It does as well as"),
            Column("price_leak_free", "leak-free", "count", group="It does as well as"),
            Column("about", "Claim about"),
            Column("each", "One sample is worth", "score"),
            Column("seeds_shown", "Seeds"),
            Column("generator_had_seen", "Generator had seen", "whole"),
        ],
        rows=rows,
        note=(
            "The number of real images whose control reaches the mix’s macro-F1: between the controls that exist on a "
            "rising curve over the logarithm of images, outside them “fewer than” the smallest or “more than” the "
            "largest, never extrapolated. The 95 % interval holds the numbers of images whose control does not differ "
            "from the mix, by the same intervals as worth. Leak-free is the same by the leak-free test images; "
            "tables/price.csv has its interval. One sample is worth the real images gained, divided by the "
            "samples. The price leaves out the real images that the generator itself was trained on, which the last "
            "column gives."
        ),
        block=2,
    )


def _row(results: StudyResults, priced: Priced) -> dict[str, Any]:
    mix, price = priced.mix, priced.price
    real = mix.real_images(results.planned.train_size)
    samples = mix.volume * results.planned.train_size - real
    known = not price.value.beyond
    return {
        "classifier": mix.classifier,
        "generator": mix.generator,
        "ratio": mix.ratio,
        "volume": mix.volume,
        "real_images": real,
        "samples": samples,
        **_price_entries("price", price),
        **_price_entries("price_leak_free", priced.leak_free),
        "about": figure_about(priced.seeds, mix.of_one_generator),
        "each": (price.value.number - real) / samples if known else None,
        "seeds": priced.seeds,
        "seeds_shown": seeds_shown(str(priced.seeds), mix),
        "generator_had_seen": seen_by_generator(results, mix),
    }


def _price_entries(name: str, price: Price | None) -> dict[str, Any]:
    """The entries of a row for a price: in words, and as numbers with the side of the controls that they lie on."""
    if price is None:
        return {name: None, f"{name}_interval": None}
    return {
        name: spelled(price.value),
        f"{name}_images": price.value.number,
        f"{name}_beyond": price.value.beyond,
        f"{name}_interval": interval_spelled(price),
        f"{name}_low": price.low.number,
        f"{name}_low_beyond": price.low.beyond,
        f"{name}_high": price.high.number,
        f"{name}_high_beyond": price.high.beyond,
    }
