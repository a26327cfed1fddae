"""Settings of a generator that a study changes: checked against the model's schema."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fer.errors import RequestError
from fer.naming import nearest


class Options(BaseModel):
    """Base of a generator's configuration: unknown keys and wrong types are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Schema = TypeVar("Schema", bound=Options)


def parse_options(schema: type[Schema], name: str, given: dict[str, Any]) -> Schema:
    """The committed configuration with a study's changes. Raises RequestError naming the key that does not fit."""
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(["generators", name, "options", *(str(part) for part in problem["loc"])])
        if problem["type"] == "extra_forbidden":
            known = nearest(str(problem["loc"][-1]), schema.model_fields)
            raise RequestError(f"{where}: unknown key; {known}") from None
        message = problem["msg"].removeprefix("Value error, ")
        raise RequestError(f"{where}: {message}, not {problem['input']!r}") from None
