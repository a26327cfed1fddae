"""What must be said before the tables and figures of a section, where it holds of a study."""

from fer.cells import cells
from fer.report.format import whole
from fer.report.results import StudyResults
from fer.report.summary import Group, groups_of
from fer.report.verdicts import NOT_LEAK_FREE
from fer.statistics.claims import LEAST_SEEDS

HELD_OUT = (
    "About every tenth image of a training set is held out and never trained on, the same real ones in a mix and in "
    "its control."
)
ONE_GENERATOR = "one generator"
"""What tables say beside the number of seeds that share a trained generator."""
SPREAD_OF_ONE = (
    f"Where the seeds say “{ONE_GENERATOR}”, a single trained generator, or one folder of images, serves them all, so "
    "that the spread holds for that generator only."
)


def seeds_shown(count: str, group: Group) -> str:
    """A number of seeds as tables show it: with a word where the group's seeds share one trained generator."""
    return f"{count}, {ONE_GENERATOR}" if group.of_one_generator else count


def intervals_note(results: StudyResults) -> str | None:
    """What intervals are about and how they come about, wherever there are any."""
    if not results.cells:
        return None
    return (
        "Every interval holds at 95 %. For one seed it is about the trained networks themselves, on other images like "
        "the test images (a bootstrap over the test images, paired in differences). From two seeds on it is about the "
        "procedures, for other seeds and other images: half widths for the seeds (Student’s t) and for the images that "
        "all seeds share add as squares. The two are different claims. A verdict on procedures takes "
        f"{LEAST_SEEDS} seeds; fewer hardly know their own spread. Scores, worth, prices and how few real images do "
        "are given of all test images (official) and of the leak-free ones; verdicts, p-values, figures and what "
        "stands beside published numbers are of all test images, as the published ones are; where a difference’s "
        f"interval on the leak-free images holds 0, the verdict adds “{NOT_LEAK_FREE}”."
    )


def never_right_note(results: StudyResults) -> str | None:
    """Which classes some networks never get right, since no resample of the test images can show them right."""
    if results.truth is None or not results.cells:
        return None
    labels = results.truth.labels
    never = {
        name: sum(not (result.predicted[labels == number] == number).any() for result in results.cells)
        for number, name in enumerate(results.planned.classes)
        if (labels == number).any()
    }
    counts = [f"{name} (by {whole(count)} of {whole(len(results.cells))})" for name, count in never.items() if count]
    if not counts:
        return None
    return (
        f"Networks that read no test image of a class right: {', '.join(counts)}. Its F1 is 0 in every resample then, "
        "so that intervals, p-values and verdicts leave out what chance does to that class: a single image read right "
        "may change them."
    )


def data_note(results: StudyResults) -> str | None:
    """Why nothing can be shown of the data set."""
    return results.data_problem or None


def plan_note(results: StudyResults) -> str | None:
    """Why the study below is not shown as it was given."""
    return results.plan_problem or None


def held_out_note(results: StudyResults) -> str | None:
    """That fewer images are trained on than a training set holds, wherever any cell is finished."""
    groups = [group for group in groups_of(results) if group.finished]
    if not groups:
        return None
    text = (
        "Numbers of images here are those of whole training sets, but about every tenth image of each is held out, "
        "the same real ones in a mix and in its control"
    )
    everything = next((group.trained for group in groups if not group.is_mix and group.ratio == 1), None)
    if everything is None:
        return f"{text}."
    return f"{text}: of all {whole(results.planned.train_size)} real images {whole(everything)} are trained on."


def mix_validation_note(results: StudyResults) -> str | None:
    """What generators had seen of the images that a mix is validated on."""
    mixes = [cell for cell in cells(results.planned.study) if cell.generator is not None]
    if not any(cell.validate_on == "mix" for cell in mixes):
        return None
    return (
        "With validate_on: mix, epochs are chosen on a held-out part of the mix itself. The generators trained on real "
        "images had seen the real ones of that part too, so that it is no independent measure; the test images are."
    )
