"""The built-in studies, and how any study is read."""

import json
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from fer.errors import RequestError
from fer.naming import nearest
from fer.schema import first_problem, load_yaml
from fer.study import Study


def built_in_studies() -> list[str]:
    """Names of the studies that come with the package."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def built_in_text(name: str) -> str:
    """The YAML text of a built-in study."""
    return resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def load_study(reference: str) -> Study:
    """The study behind a built-in name or a YAML file on this machine.

    Raises RequestError for an unknown name, an unreadable file, or a study that does not fit the schema.
    """
    if reference in built_in_studies():
        return parse_study(built_in_text(reference), f"built-in study {reference}")
    path = Path(reference)
    if not path.is_file():
        raise RequestError(f"study {reference}: neither built in nor a file; {nearest(reference, built_in_studies())}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"study {reference}: cannot be read as text ({error})") from None
    study = parse_study(text, reference)
    if study.name in built_in_studies():
        raise RequestError(f"study {reference}: name {study.name} belongs to a built-in study; choose another")
    return study


def parse_study(text: str, where: str) -> Study:
    """A study from its YAML text; ``where`` says in errors where the text came from. Raises RequestError."""
    try:
        document = load_yaml(text)
    except ValueError as error:
        raise RequestError(f"study {where}: {error}") from None
    if not isinstance(document, dict):
        raise RequestError(f"study {where}: holds no mapping; a study starts with a line like 'name: mine'")
    try:
        # By way of JSON, since strict validation takes JSON's lists for tuples.
        return Study.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise RequestError(f"study {where}: {first_problem(error, Study, '')}") from None
