"""Studies and made-up scores for the tables that compare."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fer.cells import Cell
from fer.report.results import CellResult, StudyResults
from tests.reports import FOLDER, figures, known_score

STUDY = """
name: resolutions
data: {source: drawn}
generators: {stylegan2-32: {}, stylegan2-64: {}}
grids:
  - name: main
    generators: [stylegan2-32, stylegan2-64]
    classifiers: [cnn, resnet18]
    ratios: [0.0, 0.1, 0.5, 1.0]
    controls: [0.1, 0.5]
seeds: [0, 1, 2, 3, 4]
"""
ONE_SEED = STUDY.replace("[0, 1, 2, 3, 4]", "[0]")
THREE_SEEDS = STUDY.replace("[0, 1, 2, 3, 4]", "[0, 1, 2]")
ONE_GENERATOR = STUDY.replace("name: main", "name: main\n    reuse_generator_seed: true")
A_FOLDER = STUDY.replace("stylegan2-32: {}", f"stylegan2-32: {{model: 'folder:{FOLDER}'}}")
"""Five seeds of one generator beside images that were made once, whatever the seed."""
JITTER = (0.004, -0.003, 0.001, -0.004, 0.002)


def nothing_leak_free(results: StudyResults) -> StudyResults:
    """The same, but on the leak-free images every mix is as good as its control, give or take the spread of seeds."""

    def summary(result: CellResult) -> dict[str, Any]:
        cell = result.cell
        alone = known_score(cell.model_copy(update={"generator": None, "seed": 0}))
        turn = {None: 0, "stylegan2-64": 2}.get(cell.generator, 1)
        score = alone + JITTER[(cell.seed + turn) % len(JITTER)]
        return {**result.summary, "metrics": {**result.summary["metrics"], "test_leak_free": figures(score)}}

    return replace(results, cells=[replace(result, summary=summary(result)) for result in results.cells])


def scores(small: float = 0.02, large: float = 0.05) -> Callable[[Cell], float]:
    """Macro-F1 to which samples add so much, with a spread between seeds that generators do not share."""

    def score(cell: Cell) -> float:
        alone = known_score(cell.model_copy(update={"generator": None, "seed": 0}))
        if cell.generator is None:
            return alone
        turn = 2 if cell.generator == "stylegan2-64" else 0
        return alone + (large if turn else small) + JITTER[(cell.seed + turn) % len(JITTER)]

    return score
