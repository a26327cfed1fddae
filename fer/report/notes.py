"""What must be said before the tables and figures of a section, where it holds of a study."""

from fer.report.results import StudyResults
from fer.study import cells


def data_note(results: StudyResults) -> str | None:
    """Why nothing can be shown of the data set."""
    return results.data_problem or None


def mix_validation_note(results: StudyResults) -> str | None:
    """What generators had seen of the images that a mix is validated on."""
    mixes = [cell for cell in cells(results.planned.study) if cell.generator is not None]
    if not any(cell.validate_on == "mix" for cell in mixes):
        return None
    return (
        "With validate_on: mix, epochs are chosen on a held-out part of the mix itself. The generators trained on real "
        "images had seen the real ones of that part too, so that it is no independent measure; the test images are."
    )
