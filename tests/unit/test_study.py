"""The study's YAML: what is accepted, what is refused and how, and which cells follow from it."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from fer.cells import Cell, cells
from fer.errors import RequestError
from fer.studies import built_in_studies, load_study, parse_study
from fer.study import EvaluatorSpec, Study, TrainBudget, TrainingSpec

MINIMAL = """
name: mine
generators: {cgan-48: {}}
grids: [{name: main, generators: [cgan-48], classifiers: [cnn], ratios: [0.0, 1.0]}]
"""


def refused(text: str) -> str:
    with pytest.raises(RequestError) as error:
        parse_study(text, "mine.yaml")
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith("study mine.yaml: ")
    return message.removeprefix("study mine.yaml: ")


def variant(old: str, new: str) -> str:
    assert old in MINIMAL
    return MINIMAL.replace(old, new)


def test_the_minimal_study_is_accepted() -> None:
    study = parse_study(MINIMAL, "mine.yaml")
    assert [str(cell) for cell in cells(study)] == ["cnn cgan-48 ratio 0 seed 0", "cnn real alone ratio 1 seed 0"]


def test_built_in_studies_are_the_five_documented_ones_and_all_fit_the_schema() -> None:
    assert built_in_studies() == ["cpu", "paper", "paper-plus", "smoke", "tiny"]
    for name in built_in_studies():
        assert load_study(name).name == name


def test_importing_the_schema_costs_no_torch() -> None:
    heavy = ("torch", "pandas", "matplotlib", "sklearn", "boto3")
    code = f"import fer.study, fer.plan, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MINIMAL + "nmae: x", "nmae: unknown key; did you mean name?"),
        (MINIMAL + "name: again", "not YAML: the key name stands twice"),
        (variant("{}", "{clases: joint}"), "generators.cgan-48.clases: unknown key; did you mean classes?"),
        (MINIMAL + "budgets: {train-gan: {kimgs: 3}}", "budgets.train-gan.kimgs: unknown key; did you mean kimg?"),
        (MINIMAL + "budgets: {train_gan: {kimg: 3}}", "budgets.train_gan: unknown key; did you mean train-gan?"),
        (variant("[cnn]", "[cnnn]"), "grids[0]: classifiers: cnnn is unknown; did you mean cnn?"),
        (variant("cgan-48: {}", "cgan48: {}"), "generators.cgan48: model cgan48 is unknown; did you mean cgan-48?"),
        (variant("[cgan-48]", "[cgan-84]"), "grids[0].generators: cgan-84 is not in the study; did you mean cgan-48?"),
        (variant("1.0]", "1.5]"), "grids[0].ratios[1]: Input should be less than or equal to 1, not 1.5"),
        (variant("1.0]", ".nan]"), "grids[0].ratios[1]: "),
        (variant("1.0]", "0.0]"), "grids[0]: ratios names a value twice"),
        (variant("1.0]", "1.0], volumes: [0]"), "grids[0].volumes[0]: "),
        (variant("1.0]", "1.0], controls: [1.0]"), "grids[0].controls[0]: Input should be less than 1, not 1.0"),
        (variant("[0.0, 1.0]", "[]"), "grids[0]: ratios and controls are both empty"),
        (variant("[0.0, 1.0]", "[1.0]"), "grids[0]: generators are given, but no ratio below 1.0 uses them"),
        (variant(" generators: [cgan-48],", ""), "grids[0]: ratio 0 needs synthetic images, but generators is empty"),
        (
            variant("1.0]", "1.0], volumes: [1, 2]").replace("0.0", "0.5"),
            "grids[0]: volumes are given, but they matter",
        ),
        (MINIMAL + "seeds: [1, 1]", "seeds names a value twice"),
        (MINIMAL + "seeds: [-1]", "seeds[0]: "),
        (MINIMAL + "training: {learning_rate: '0.1'}", "training.learning_rate: Input should be a valid number"),
        (
            MINIMAL + "classifiers: {cnn: {learning_rat: 1}}",
            "classifiers.cnn.learning_rat: unknown key; did you mean learning_rate?",
        ),
        (MINIMAL + "classifiers: {resnet18: {}}", "classifiers.resnet18: no grid uses it; known: cnn"),
        (MINIMAL + "evaluators: {jugde: {}}", "evaluators.jugde: unknown role; did you mean judge?"),
        (
            MINIMAL + "evaluators: {judge: {classifier: resnet81}}",
            "evaluators.judge.classifier: resnet81 is unknown; did you mean resnet18?",
        ),
        (
            MINIMAL + "evaluators: {reader: {classifier: cnn}}",
            "evaluators.reader.classifier: cnn is the judge's too; give one of them another",
        ),
        (
            MINIMAL + "evaluators: {judge: {classifier: resnet18}, reader: {classifier: 'timm:resnet18'}}",
            "evaluators.reader.classifier: timm:resnet18 is the judge's too",
        ),
        (MINIMAL + "assessment: {inceptoin: i.pth}", "assessment.inceptoin: unknown key; did you mean inception?"),
        (MINIMAL + "evaluators: {judge: {epoch: 3}}", "evaluators.judge.epoch: unknown key; did you mean epochs?"),
        (MINIMAL + "evaluators: {judge: {epochs: 0}}", "evaluators.judge.epochs: Input should be greater than or"),
        (
            variant("{}}", "{}, twin: {model: cgan-48, kimg: 1000.0}}"),
            "generators.twin: is the same as cgan-48 in every setting",
        ),
        (variant("{}", "{real: match}"), "grids[0].ratios: at 0.0 cgan-48 (real: match) would have seen no real image"),
        ("- a list", "holds no mapping"),
        ("name: mine", "the study has neither generators nor grids"),
        ("name: [", "not YAML: "),
        ("[a, b]: 1", "not YAML: a key is not a text"),
        ("[" * 3000, "not YAML that can be read: it is nested too deeply"),
        ("generators: &a {x: *a}", "holds a value that is no text, number or list (Circular reference"),
        ("title: 2020-13-45", "holds a value that is no text, number or list (month must be in 1..12"),
        (
            MINIMAL + "numerics: {threads: 100000}",
            "numerics.threads: Input should be auto or a whole number from 1 to 1024, not 100000",
        ),
        (
            variant("{}", "{model: 'folder:theirs', real: match}").replace("0.0", "0.5"),
            "generators.cgan-48.real: says nothing of images that exist; leave it out",
        ),
        (
            variant("{}}", "{}, own: {model: cgan-48, real: match}}"),
            "generators.own: real: match needs a grid whose mixes it serves",
        ),
        ("name: 2020-01-01\ngenerators: {cgan-48: {}}", "holds a value that is no text, number or list"),
    ],
)
def test_a_wrong_study_is_refused_in_one_line_that_names_the_place(text: str, message: str) -> None:
    assert refused(text).startswith(message)


def test_numbers_with_an_exponent_and_merge_keys_mean_what_they_say() -> None:
    text = MINIMAL.replace("cgan-48: {}", "cgan-48: &own {kimg: 3.0}, other: {<<: *own, model: cgan-48, kimg: 2.0}")
    study = parse_study(text + "training: {learning_rate: 1e-3}", "mine.yaml")
    assert study.training.learning_rate == 0.001
    assert (study.kimg_of("cgan-48"), study.kimg_of("other")) == (3.0, 2.0)


def test_a_study_may_not_take_the_name_of_a_built_in_one(tmp_path: Path) -> None:
    file = tmp_path / "smoke.yaml"
    file.write_text(MINIMAL.replace("mine", "smoke"))
    with pytest.raises(RequestError, match="belongs to a built-in study"):
        load_study(str(file))


def test_an_unknown_study_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RequestError, match=r"neither built in nor a file; did you mean smoke\?"):
        load_study("smok")


def by_kind(found: tuple[Cell, ...]) -> Counter[str]:
    def kind(cell: Cell) -> str:
        own = cell.classifier if cell.classifier in ("cnn", "resemotenet") else "main"
        return f"{own} {'mix' if cell.generator else 'control' if cell.is_control else 'real'}"

    return Counter(kind(cell) for cell in found)


def test_the_published_study_has_131_cells_per_seed() -> None:
    study = load_study("paper")
    found = cells(study)
    assert len(study.seeds) == 1
    assert by_kind(found) == {
        "main mix": 84,
        "main real": 7,
        "main control": 35,
        "cnn mix": 2,
        "cnn real": 1,
        "resemotenet mix": 1,
        "resemotenet real": 1,
    }
    assert len(found) == 131
    assert {cell.validate_on for cell in found} == {"mix"}
    assert [cell.volume for cell in found if cell.classifier == "cnn" and cell.generator] == [1, 2]


def test_paper_plus_is_joint_validated_on_real_images_and_has_five_seeds() -> None:
    study = load_study("paper-plus")
    assert len(study.seeds) == 5
    assert {spec.classes for spec in study.generators.values()} == {"joint"}
    assert {cell.validate_on for cell in cells(study)} == {"real"}


def test_a_cell_without_synthetic_images_exists_once_not_once_per_generator() -> None:
    study = parse_study(
        """
        name: two
        generators: {cgan-48: {}, other: {model: cgan-48, kimg: 2.0}}
        grids: [{name: main, generators: [cgan-48, other], classifiers: [cnn], ratios: [0.5, 1.0], controls: [0.5]}]
        """,
        "two.yaml",
    )
    assert Counter(cell.generator for cell in cells(study)) == {"cgan-48": 1, "other": 1, None: 2}


def test_two_grids_may_ask_for_the_same_cell_but_not_in_different_ways() -> None:
    grid = "{name: %s, classifiers: [cnn], ratios: [1.0], validate_on: %s}"
    same = f"name: s\ngrids: [{grid % ('a', 'real')}, {grid % ('b', 'real')}]"
    assert len(cells(parse_study(same, "s.yaml"))) == 1
    different = f"name: s\ngrids: [{grid % ('a', 'real')}, {grid % ('b', 'mix')}]"
    assert "a and b ask for the cell cnn real alone ratio 1 seed 0 in different ways" in refused(different)


def test_a_reused_generator_seed_is_the_first_one() -> None:
    study = parse_study(variant("1.0]", "1.0], reuse_generator_seed: true") + "seeds: [3, 4]", "mine.yaml")
    assert [(cell.seed, cell.generator_seed) for cell in cells(study) if cell.generator] == [(3, 3), (4, 3)]


def test_settings_of_one_classifier_are_merged_into_those_of_all() -> None:
    text = MINIMAL + "training: {batch_size: 64}\nclassifiers: {cnn: {learning_rate: 0.5, augmentation: {flip: 0.0}}}"
    training = parse_study(text, "mine.yaml").training_of("cnn")
    assert (training.batch_size, training.learning_rate) == (64, 0.5)
    assert (training.augmentation.flip, training.augmentation.rotation) == (0.0, 10.0)


def test_a_study_cannot_be_changed_once_loaded() -> None:
    study: Study = load_study("tiny")
    with pytest.raises(ValueError, match="frozen"):
        study.name = "other"  # type: ignore[misc]


def test_a_judge_is_there_without_being_asked_for_and_the_cells_settings_are_not_its_own() -> None:
    settings = "training: {batch_size: 8}\nbudgets: {train: {epochs: 3}}\nclassifiers: {cnn: {learning_rate: 0.5}}"
    study = parse_study(f"{MINIMAL}{settings}", "mine.yaml")
    assert study.evaluator_classifier("judge") == "cnn"
    assert study.evaluator("judge") == EvaluatorSpec()


def test_a_judges_classifier_and_training_can_be_chosen() -> None:
    text = MINIMAL + "evaluators: {judge: {classifier: resnet18, epochs: 3, training: {batch_size: 8}}}"
    study = parse_study(text, "mine.yaml")
    assert study.evaluator_classifier("judge") == "resnet18"
    assert study.evaluator("judge").budget == TrainBudget(epochs=3, patience=10)
    assert study.trainings == [
        ("cnn", TrainingSpec()),
        ("resnet18", TrainingSpec(batch_size=8)),
        ("convnext_tiny", TrainingSpec()),
        ("densenet121", TrainingSpec()),
    ]


def test_somebodys_own_images_are_assessed_by_evaluators_too() -> None:
    text = variant("cgan-48: {}", "theirs: {model: 'folder:/theirs'}").replace("[cgan-48]", "[theirs]")
    assert [name for name, _ in parse_study(text, "mine.yaml").trainings] == [
        "cnn",
        "cnn",
        "convnext_tiny",
        "densenet121",
    ]


def test_where_there_is_no_generator_no_evaluator_is_trained() -> None:
    study = parse_study("name: real\ngrids: [{name: a, classifiers: [resnet18], ratios: [1.0]}]", "real.yaml")
    assert study.trainings == [("resnet18", TrainingSpec())]
