"""The cells that a study's grids ask for."""

from typing import TYPE_CHECKING, Literal

from fer.schema import Model

if TYPE_CHECKING:
    from fer.study import Grid, Study


class Cell(Model):
    """One classifier, trained once. ``generator`` is None where no synthetic image is used."""

    generator: str | None
    classifier: str
    ratio: float
    volume: int
    seed: int
    generator_seed: int | None
    """Seed of the generator; differs from ``seed`` where a grid reuses one."""
    validate_on: Literal["real", "mix"]

    @property
    def is_control(self) -> bool:
        """Real images of a smaller ratio, alone."""
        return self.generator is None and self.ratio < 1

    @property
    def coordinates(self) -> tuple[str, str, float, int, int]:
        """What names the cell within its study; ``-`` stands for no generator."""
        return (self.generator or "-", self.classifier, self.ratio, self.volume, self.seed)

    def __str__(self) -> str:
        where = f"{self.classifier} {self.generator or 'real alone'} ratio {self.ratio:g}"
        return f"{where}{f' volume {self.volume}' if self.volume > 1 else ''} seed {self.seed}"


def cells(study: "Study") -> tuple[Cell, ...]:
    """All cells of a study, in the order of its grids: generator, classifier, ratio, volume, seed.

    A cell without synthetic images exists once, however many generators and grids would ask for it. Raises ValueError
    where two grids ask for the same coordinates in different ways.
    """
    found: dict[tuple[str, str, float, int, int], tuple[str, Cell]] = {}
    for grid in study.grids:
        for cell in _cells_of(grid, study.seeds):
            name, earlier = found.setdefault(cell.coordinates, (grid.name, cell))
            if earlier != cell:
                raise ValueError(f"grids: {name} and {grid.name} ask for the cell {cell} in different ways")
    return tuple(cell for _, cell in found.values())


def _cells_of(grid: "Grid", seeds: tuple[int, ...]) -> list[Cell]:
    mixes = [
        (generator, classifier, ratio, volume)
        for generator in grid.generators
        for classifier in grid.classifiers
        for ratio in grid.ratios
        if ratio < 1
        for volume in (grid.volumes if ratio == 0 else (1,))
    ]
    alone = sorted({*grid.controls, *(ratio for ratio in grid.ratios if ratio == 1)})
    real = [(None, classifier, ratio, 1) for classifier in grid.classifiers for ratio in alone]
    return [
        Cell(
            generator=generator,
            classifier=classifier,
            ratio=ratio,
            volume=volume,
            seed=seed,
            generator_seed=None if generator is None else seeds[0] if grid.reuse_generator_seed else seed,
            validate_on=grid.validate_on,
        )
        for generator, classifier, ratio, volume in (*mixes, *real)
        for seed in seeds
    ]
