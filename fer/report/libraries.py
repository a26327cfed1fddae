"""Which versions of Python and of libraries the artifacts of a study were made with."""

from collections.abc import Iterator

from fer.report.results import StudyResults


def libraries_of(results: StudyResults) -> Iterator[str]:
    """``torch 2.15.0`` for each, in the order of their names; ``torch 2.14.0 and 2.15.0`` where artifacts differ."""
    made = [result.manifest.libraries for result in results.made]
    for name in sorted({name for libraries in made for name in libraries}):
        yield f"{name} {' and '.join(sorted({libraries[name] for libraries in made if name in libraries}))}"
