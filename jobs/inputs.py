"""What a stage reads: the artifacts that its recipe names."""

from dataclasses import dataclass
from pathlib import Path

from fer.data.dataset import Dataset, Split, load_dataset
from fer.evaluators.roles import EVALUATOR
from fer.generators.artifact import load_labelled
from fer.recipes import Recipe
from fer.store import Store

SAMPLES = "samples.npz"


def kind_of(role: str) -> str:
    """The kind of artifact behind a role in a recipe's inputs, such as ``synthetic:2``."""
    return role.partition(":")[0]


@dataclass(frozen=True)
class Inputs:
    """The verified inputs of one recipe."""

    recipe: Recipe
    store: Store

    def folders(self, kind: str) -> list[Path]:
        """Local folders of all inputs of a kind, in the recipe's order."""
        return [self.store.fetch(kind, digest) for role, digest in self.recipe.inputs.items() if kind_of(role) == kind]

    def dataset(self) -> Dataset:
        """The data set."""
        (folder,) = self.folders("dataset")
        return load_dataset(folder)

    def evaluator(self, role: str) -> Path:
        """The local folder of the evaluator in a role."""
        return self.store.fetch("evaluator", self.recipe.inputs[f"{EVALUATOR}{role}"])

    def synthetic(self) -> list[Split]:
        """Every block of samples."""
        return [Split(*load_labelled(folder / SAMPLES)) for folder in self.folders("synthetic")]
