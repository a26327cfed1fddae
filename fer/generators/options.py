"""Settings of a generator that a study changes: checked against the model's schema."""

from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from fer.errors import RequestError
from fer.naming import nearest


class Options(BaseModel):
    """Base of a generator's configuration: unknown keys and wrong types are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Schema = TypeVar("Schema", bound=Options)


def parse_options(schema: type[Schema], where: str, given: dict[str, Any]) -> Schema:
    """The committed configuration with a study's changes.

    Raises RequestError naming ``generators.<where>.<key>`` of what does not fit; ``where`` is like ``mine.options``.
    """
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(["generators", where, *(str(part) for part in problem["loc"])])
        if problem["type"] == "extra_forbidden":
            known = nearest(str(problem["loc"][-1]), _schema_at(schema, problem["loc"][:-1]).model_fields)
            raise RequestError(f"{where}: unknown key; {known}") from None
        message = problem["msg"].removeprefix("Value error, ")
        raise RequestError(f"{where}: {message}, not {problem['input']!r}") from None


def _schema_at(schema: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel]:
    """The schema of the settings within settings that a key was looked for in."""
    for key in place:
        schema = cast(type[BaseModel], schema.model_fields[str(key)].annotation)
    return schema
