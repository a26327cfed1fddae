"""A generator whose samples do not show their labels is named, by the reader too, in words and in the table."""

from collections.abc import Mapping
from dataclasses import replace

from fer.report.answer import answers
from fer.report.labels import label_sentences
from fer.report.results import StudyResults
from fer.report.tables.fidelity import fidelity_table
from tests.assessments import assessment_figures
from tests.reports import CLASSES, made_up

SAY_NOTHING = "labels say nothing about the samples (agreement 0.171, by chance 0.170, of real images 0.620)"
BLIND = "labels cannot be checked: the judge does not tell real images apart (agreement 0.150, by chance 0.150)"


def with_faults(faults: Mapping[tuple[str, int, str], str]) -> StudyResults:
    """A study where these runs, by generator and seed, have these faults by reader or judge; all is read as fear."""
    results = made_up()
    assessments = []
    for assessment in results.assessments:
        figures = assessment_figures(CLASSES)
        for (generator, seed, reader), fault in faults.items():
            if (assessment.run.generator, assessment.run.seed) == (generator, seed):
                figures["fidelity"][reader]["label_fault"] = fault
                confusion = [[0] * len(CLASSES) for _ in CLASSES]
                for row in confusion:
                    row[CLASSES.index("fear")] = 100
                figures["fidelity"][reader] |= {"confusion": confusion, "agreement": 1 / 7}
        assessments.append(replace(assessment, figures=figures))
    return replace(results, assessments=assessments)


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_sound_labels_are_not_spoken_of() -> None:
    assert label_sentences(made_up(), "weak") == []


def test_a_fault_that_the_reader_finds_is_told_with_its_figures() -> None:
    results = with_faults({("weak", 0, "reader"): SAY_NOTHING, ("weak", 1, "reader"): SAY_NOTHING})
    (said,) = label_sentences(results, "weak")
    assert plain(said) == (
        "As the reader sees it in 2 of 2 assessed runs, labels say nothing about the samples: it reads 14.3 % of the "
        "samples as asked for (by chance 17.0 %, of real images 62.0 %), and 100.0 % as fear."
    )
    assert label_sentences(results, "strong") == []
    found = dict(answers(results))
    assert said in found["weak"]
    assert "As the reader sees it" not in found["strong"]


def test_the_judge_speaks_where_it_alone_finds_a_fault_or_cannot_check() -> None:
    (said,) = label_sentences(with_faults({("strong", 0, "judge"): BLIND}), "strong")
    assert said.startswith("As the judge sees it in 1 of 2 assessed runs, labels cannot be checked: it reads ")


def test_a_generator_that_is_not_assessed_has_nothing_said_of_it() -> None:
    gone = made_up(missing=lambda task: ("failed", "why") if task.stage == "assess" else None)
    assert label_sentences(gone, "weak") == []


def test_the_table_says_what_is_wrong_and_what_most_samples_are_read_as() -> None:
    table = fidelity_table(with_faults({("weak", 0, "reader"): SAY_NOTHING}))
    assert table is not None
    shown = {
        row["role"]: (row["labels"], plain(row["mostly_read"]), plain(row["real_mostly_read"]))
        for row in table.rows
        if (row["generator"], row["seed"]) == ("weak", 0)
    }
    assert shown["reader"] == (SAY_NOTHING, "fear, 100.0 %", "anger, 14.3 %")
    assert shown["judge"][0] == "as asked for"
    assert {"labels", "mostly_read", "real_mostly_read"} <= {column.key for column in table.columns}


def with_a_class_unshown(real: int) -> StudyResults:
    """Of 100 samples of disgust none is read as it, and of 100 real images of it so many are."""
    results = made_up()
    (disgust, fear), assessments = (CLASSES.index(name) for name in ("disgust", "fear")), []
    for assessment in results.assessments:
        figures = assessment_figures(CLASSES)
        found = figures["fidelity"]["judge"]
        for confusion, shown in ((found["confusion"], 0), (found["real"]["confusion"], real)):
            confusion[disgust] = [0] * len(CLASSES)
            confusion[disgust][disgust], confusion[disgust][fear] = shown, 100 - shown
        assessments.append(replace(assessment, figures=figures))
    return replace(results, assessments=assessments)


def test_a_single_class_that_samples_do_not_show_is_named() -> None:
    results = with_a_class_unshown(real=60)
    assert label_sentences(results, "weak") == ["As the judge sees it, samples of disgust do not show their label."]
    assert "samples of disgust do not show their label" in dict(answers(results))["weak"]
    table = fidelity_table(results)
    assert table is not None
    said = {(row["role"], row["labels"]) for row in table.rows}
    assert said == {("reader", "as asked for"), ("judge", "as asked for, but not of disgust")}


def test_nothing_is_said_of_a_class_that_the_reader_does_not_know_itself() -> None:
    assert label_sentences(with_a_class_unshown(real=1), "weak") == []
