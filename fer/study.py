"""What a study is: the strict schema of its YAML file.

Importing this module must stay cheap (no torch): planning and the cluster tools live on it.
"""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator, model_validator

from fer.cells import cells
from fer.classifiers.registry import TIMM_PREFIX, is_known_classifier, known_classifiers
from fer.evaluators.roles import ROLES
from fer.generators.registry import FOLDER, is_known_generator, known_generators
from fer.naming import nearest
from fer.schema import Model, first_problem

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]


class DrawnSpec(Model):
    """How many faces ``drawn`` draws for each split, and from which seed."""

    train: Count = 2800
    validation: Count = 700
    test: Count = 700
    seed: Seed = 0


class DataSpec(Model):
    """The real data set."""

    source: str | None = None
    """``drawn``, a path or a store URI; without one the source is given on the command line."""
    drawn: DrawnSpec = DrawnSpec()
    """Used where the source is ``drawn``."""


class GeneratorSpec(Model):
    """A configured generative model. Its key in the study is its name in coordinates, tables and figures."""

    model: str | None = None
    """A registered generator, or ``folder:<uri>`` for images that somebody already has; by default the key itself."""
    classes: Literal["joint", "separate"] = "joint"
    """One conditional network, or one network per class."""
    real: Literal["all", "match"] = "all"
    """It sees every real training image, or only those of the mix that it serves."""
    labels: Literal["real", "uniform"] = "real"
    """Class proportions of its samples: the real ones, or equal ones."""
    kimg: Positive | None = None
    """Training budget of each network in thousands of images shown; by default that of ``budgets.train-gan``."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Settings of the model that differ from its committed configuration."""
    sampling: dict[str, Any] = Field(default_factory=dict)
    """Settings of how samples are made that differ from the model's: the same trained network serves them all."""

    @property
    def changed(self) -> set[str]:
        """Settings that differ from the defaults, whether or not they were written down."""
        return set(self.model_dump(exclude_defaults=True))


class Augmentation(Model):
    """Random changes of a training image; each is drawn anew every time an image is shown."""

    flip: Share = 0.5
    """Probability of a mirror image."""
    shift: Annotated[float, Field(ge=0, le=0.5)] = 0.08
    """Largest shift along each axis, as a share of the side."""
    scale: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    """Largest relative change of size."""
    rotation: Annotated[float, Field(ge=0, le=180)] = 10.0
    """Largest rotation in degrees."""
    erasing: Share = 0.25
    """Probability that a random rectangle is blanked."""


class TrainingSpec(Model):
    """How a classifier is trained (AdamW on cross-entropy)."""

    learning_rate: Positive = 1e-3
    batch_size: Count = 128
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.01
    schedule: Literal["constant", "cosine"] = "cosine"
    """Learning rate after a one-epoch warm-up: constant, or falling to zero over the budget's epochs."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    class_weights: bool = False
    """Weigh the loss by inverse class frequency."""
    augmentation: Augmentation = Augmentation()
    weights: str | None = None
    """File or store URI of ImageNet weights; never downloaded from elsewhere."""


class TrainBudget(Model):
    """How long a classifier may train. An epoch is N images shown, whatever the mix holds."""

    epochs: Annotated[int, Field(ge=1, le=100)] = 100
    patience: Annotated[int, Field(ge=1, le=100)] = 10
    """Epochs without a better validation macro-F1 after which training stops."""


class TrainGanBudget(Model):
    """How long a generator may train."""

    kimg: Positive = 1000.0
    """Thousands of images shown."""


class Budgets(Model):
    """Limits per stage."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False, serialize_by_alias=True)

    train_gan: TrainGanBudget = Field(default=TrainGanBudget(), alias="train-gan")
    train: TrainBudget = TrainBudget()


def _threads(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        raise ValueError(f"Input should be auto or a whole number from 1 to 1024, not {value!r}") from None


Threads = Annotated[Literal["auto"] | Annotated[int, Field(ge=1, le=1024)], WrapValidator(_threads)]


class EvaluatorSpec(Model):
    """A classifier trained once on every real training image, which all generators' samples are shown to.

    Nothing that is set for the grids' classifiers changes it, since generators would have to be trained anew with it.
    It stops early on the real validation images, and has a seed of its own that no study changes.
    """

    classifier: str | None = None
    """A registered classifier, or ``timm:<name>``; by default that of the role."""
    training: TrainingSpec = TrainingSpec()
    epochs: Annotated[int, Field(ge=1, le=100)] = 30
    """At most so many."""
    patience: Annotated[int, Field(ge=1, le=100)] = 10
    """Epochs without a better validation macro-F1 after which training stops."""

    @property
    def budget(self) -> TrainBudget:
        """How long it may train."""
        return TrainBudget(epochs=self.epochs, patience=self.patience)


class AssessmentSpec(Model):
    """What assessments are made with beside the evaluators."""

    inception: str | None = None
    """File or store URI of the Inception weights by which published distances were measured (those that the package
    torch-fidelity loads, .pth or .safetensors). Without them no distance of ours can be compared with a published
    one. On a processor they take long."""


class NumericsSpec(Model):
    """Arithmetic of training: measured on the machine (``auto``) or fixed, so that numbers agree everywhere."""

    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: Threads = "auto"


class Grid(Model):
    """Generators x classifiers x ratios, trained for every seed of the study."""

    name: Name
    generators: tuple[Name, ...] = ()
    classifiers: Annotated[tuple[str, ...], Field(min_length=1)]
    ratios: tuple[Share, ...] = ()
    """Real ratios of the mixes; 1.0 is all real and belongs to no generator."""
    volumes: tuple[Count, ...] = (1,)
    """How many times N synthetic images are used at ratio 0.0."""
    controls: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    """Ratios at which the real images are also used alone."""
    validate_on: Literal["real", "mix"] = "real"
    """What early stopping looks at: the real validation split, or a held-out part of the training mix."""
    reuse_generator_seed: bool = False
    """Train generators for the first seed only, and say so beside every interval."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        for field in ("generators", "classifiers", "ratios", "volumes", "controls"):
            values = getattr(self, field)
            if len(set(values)) != len(values):
                raise ValueError(f"{field} names a value twice")
        if not self.ratios and not self.controls:
            raise ValueError("ratios and controls are both empty, so there is nothing to train")
        mixed = [ratio for ratio in self.ratios if ratio < 1]
        if mixed and not self.generators:
            raise ValueError(f"ratio {mixed[0]:g} needs synthetic images, but generators is empty")
        if self.generators and not mixed:
            raise ValueError("generators are given, but no ratio below 1.0 uses them")
        if self.volumes != (1,) and 0.0 not in self.ratios:
            raise ValueError("volumes are given, but they matter at ratio 0.0 only, which ratios lacks")
        for classifier in self.classifiers:
            if not is_known_classifier(classifier):
                known = [*known_classifiers(), "timm:<name>"]
                raise ValueError(f"classifiers: {classifier} is unknown; {nearest(classifier, known)}")
        return self


class Study(Model):
    """Everything that decides what a report says, but the data. Immutable once planned."""

    name: Name
    title: str = ""
    """One line for the report's head."""
    data: DataSpec = DataSpec()
    generators: dict[Name, GeneratorSpec] = Field(default_factory=dict)
    grids: tuple[Grid, ...] = ()
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0,)
    budgets: Budgets = Budgets()
    training: TrainingSpec = TrainingSpec()
    """Training of every classifier."""
    classifiers: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Settings of ``training`` that differ for one classifier."""
    evaluators: dict[str, EvaluatorSpec] = Field(default_factory=dict)
    """By role. ``judge`` scores the snapshots of every generator that is trained, and is trained before them;
    ``features`` and ``reader`` serve the assessments, and may be one network where they are set alike."""
    assessment: AssessmentSpec = AssessmentSpec()
    numerics: NumericsSpec = NumericsSpec()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(set(self.seeds)) != len(self.seeds):
            raise ValueError("seeds names a value twice")
        if len({grid.name for grid in self.grids}) != len(self.grids):
            raise ValueError("grids: two grids have the same name")
        if not self.generators and not self.grids:
            raise ValueError("the study has neither generators nor grids, so there is nothing to do")
        for name in self.generators:
            model = self.model_of(name)
            if not is_known_generator(model):
                known = [*known_generators(), "folder:<uri>"]
                raise ValueError(f"generators.{name}: model {model} is unknown; {nearest(model, known)}")
        self._check_that_generators_differ()
        used = {name for grid in self.grids for name in grid.generators}
        for name, spec in self.generators.items():
            if self.model_of(name).startswith(FOLDER) and (useless := spec.changed & {"classes", "kimg", "real"}):
                raise ValueError(f"generators.{name}.{min(useless)}: says nothing of images that exist; leave it out")
            if spec.real == "match" and name not in used:
                raise ValueError(f"generators.{name}: real: match needs a grid whose mixes it serves; give it one")
        for index, grid in enumerate(self.grids):
            self._check_grid(f"grids[{index}]", grid)
        self._check_evaluators()
        trained = {classifier for grid in self.grids for classifier in grid.classifiers}
        for classifier in self.classifiers:
            if classifier not in trained:
                raise ValueError(f"classifiers.{classifier}: no grid uses it; {nearest(classifier, trained)}")
            self.training_of(classifier)
        cells(self)
        return self

    def _check_that_generators_differ(self) -> None:
        known: dict[str, str] = {}
        for name, spec in self.generators.items():
            settings = spec.model_copy(update={"model": self.model_of(name), "kimg": self.kimg_of(name)})
            twin = known.setdefault(settings.model_dump_json(), name)
            if twin != name:
                raise ValueError(f"generators.{name}: is the same as {twin} in every setting; leave one out")

    def _check_evaluators(self) -> None:
        for role in self.evaluators:
            if role not in ROLES:
                raise ValueError(f"evaluators.{role}: unknown role; {nearest(role, ROLES)}")
            classifier = self.evaluator_classifier(role)
            if not is_known_classifier(classifier):
                known = [*known_classifiers(), "timm:<name>"]
                raise ValueError(f"evaluators.{role}.classifier: {classifier} is unknown; {nearest(classifier, known)}")
        reader, judge = (self.evaluator_classifier(role) for role in ("reader", "judge"))
        if reader.removeprefix(TIMM_PREFIX) == judge.removeprefix(TIMM_PREFIX):
            raise ValueError(
                f"evaluators.reader.classifier: {reader} is the judge's too; "
                "give one of them another: what chose a generator's snapshot flatters its labels"
            )

    def _check_grid(self, where: str, grid: Grid) -> None:
        for name in grid.generators:
            if name not in self.generators:
                raise ValueError(f"{where}.generators: {name} is not in the study; {nearest(name, self.generators)}")
            if self.generators[name].real == "match":
                if 0.0 in grid.ratios:
                    raise ValueError(
                        f"{where}.ratios: at 0.0 {name} (real: match) would have seen no real image; "
                        "give it a grid whose ratios are above 0"
                    )
                if grid.reuse_generator_seed:
                    raise ValueError(
                        f"{where}.reuse_generator_seed: {name} (real: match) must see each seed's real images; "
                        "give it a grid of its own without reuse"
                    )

    def model_of(self, generator: str) -> str:
        """The registered model (or ``folder:<uri>``) behind a generator's name."""
        return self.generators[generator].model or generator

    def kimg_of(self, generator: str) -> float:
        """The generator's training budget in thousands of images shown."""
        own = self.generators[generator].kimg
        return self.budgets.train_gan.kimg if own is None else own

    def evaluator_classifier(self, role: str) -> str:
        """The classifier behind an evaluator's role."""
        return self.evaluator(role).classifier or ROLES[role].classifier

    def evaluator(self, role: str) -> EvaluatorSpec:
        """What the study says of an evaluator, or the defaults."""
        return self.evaluators.get(role, EvaluatorSpec())

    @property
    def trainings(self) -> list[tuple[str, TrainingSpec]]:
        """Every classifier that is trained, and how: the grids', and the evaluators' where there is a generator."""
        names = dict.fromkeys(classifier for grid in self.grids for classifier in grid.classifiers)
        found = [(name, self.training_of(name)) for name in names]
        if self.generators:
            found += [(self.evaluator_classifier(role), self.evaluator(role).training) for role in ROLES]
        return found

    def training_of(self, classifier: str) -> TrainingSpec:
        """``training`` with what differs for this classifier. Raises ValueError where that does not fit the schema."""
        own = self.classifiers.get(classifier, {})
        merged = {**self.training.model_dump(mode="json"), **own}
        if isinstance(own.get("augmentation"), dict):
            merged["augmentation"] = {**self.training.augmentation.model_dump(mode="json"), **own["augmentation"]}
        try:
            return TrainingSpec.model_validate_json(json.dumps(merged))
        except ValidationError as error:
            raise ValueError(first_problem(error, TrainingSpec, f"classifiers.{classifier}")) from None
