"""The judge's verdicts against time: the first joint network of each generator, in words and drawn."""

from dataclasses import replace

import pytest

from fer.report.figures.judged import MOST_LINES, judged_figures
from fer.report.results import NetworkResult, StudyResults
from tests.reports import made_up


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return made_up()


def test_each_generator_is_said_and_drawn_with_its_first_network(results: StudyResults) -> None:
    (figure,) = judged_figures(results)
    words = "3 snapshots in 20.0 minutes: agreement from 21\N{NARROW NO-BREAK SPACE}% to 40\N{NARROW NO-BREAK SPACE}%"
    for name in ("weak", "strong"):
        assert figure.description.count(f"{name}, {words}, distance from 103.5 to 63.2, at best 61.7.") == 1
    svg = figure.render().svg
    assert all(svg.count(f">{name}</text>") == 2 for name in ("weak", "strong")), "beside both lines of each"


def test_a_network_of_one_class_is_not_among_them(results: StudyResults) -> None:
    separate = [replace(network, class_name="anger") for network in results.networks]
    assert list(judged_figures(replace(results, networks=separate))) == []


def test_without_snapshots_there_is_no_figure(results: StudyResults) -> None:
    bare = [replace(network, snapshots={}) for network in results.networks]
    assert list(judged_figures(replace(results, networks=bare))) == []


def test_of_many_generators_those_left_out_are_counted() -> None:
    names = [f"generator{number}" for number in range(MOST_LINES + 2)]
    generators = ", ".join(f"{name}: {{model: cgan-48, kimg: {10 + place}}}" for place, name in enumerate(names))
    (figure,) = judged_figures(made_up(f"name: many\ngenerators: {{{generators}}}\n"))
    assert "2 more generators are not drawn" in figure.caption
    svg = figure.render().svg
    assert ">generator5</text>" in svg
    assert ">generator6</text>" not in svg


def test_a_single_snapshot_is_no_line_and_stands_in_the_table_alone(results: StudyResults) -> None:
    def with_one(network: NetworkResult) -> NetworkResult:
        return replace(network, snapshots={name: values[:1] for name, values in network.snapshots.items()})

    assert list(judged_figures(replace(results, networks=[with_one(network) for network in results.networks]))) == []
    weak = [with_one(network) if network.run.generator == "weak" else network for network in results.networks]
    (figure,) = judged_figures(replace(results, networks=weak))
    assert "strong, 3 snapshots" in figure.description
    assert "weak" not in figure.description
