"""Settings of a generator that a study changes: checked against the model's schema."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fer.errors import RequestError
from fer.schema import first_problem


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
        raise RequestError(first_problem(error, schema, f"generators.{where}")) from None
