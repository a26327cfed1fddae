"""``fer models``: the classifiers with their size, and the generators."""

import json

import click

from fer.classifiers.registry import CLASSIFIERS, TIMM_PREFIX
from fer.generators.registry import FOLDER, GENERATORS
from jobs.options import json_option
from jobs.text import aligned


@click.command(short_help="List the classifiers and generators.")
@json_option
def command(as_json: bool) -> None:
    """List the classifiers with their parameters in millions, and the generators.

    Parameters are counted with seven outputs for this project's own networks (cnn, resemotenet), and with 1000 outputs
    and three input channels for the others, as published.
    """
    if as_json:
        classifiers = {name: {"parameters_millions": entry.parameters} for name, entry in CLASSIFIERS.items()}
        generators = {name: {"exists": place is not None} for name, place in GENERATORS.items()}
        click.echo(json.dumps({"classifiers": classifiers, "generators": generators}))
        return
    sizes = [(name, f"{entry.parameters:.2f}") for name, entry in CLASSIFIERS.items()]
    places = [(name, "" if place else "does not exist yet") for name, place in GENERATORS.items()]
    table = aligned(
        [("classifier", "million parameters"), *sizes, (f"{TIMM_PREFIX}<name>", "any of timm's")], frozenset({1})
    )
    generators_table = aligned([("generator", ""), *places, (f"{FOLDER}<uri>", "your own images")])
    click.echo("\n".join([*table, "", *generators_table]))
