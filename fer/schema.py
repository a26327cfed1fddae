"""Strict documents: YAML without surprises, models that refuse what they do not know, and problems told in one line."""

import json
import re
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from fer.naming import nearest


class Model(BaseModel):
    """Base of every part of a study: unknown keys and wrong types are errors, and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def load_yaml(text: str) -> Any:
    """The document in ``text``: mappings, lists, texts, numbers, true, false and null, as JSON has them.

    Raises ValueError with a one-line reason for anything else, repeated keys included.
    """
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader that refuses more than its base does
        json.dumps(document, allow_nan=True)
    except RecursionError:
        raise ValueError("not YAML that can be read: it is nested too deeply, or holds itself") from None
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"holds a value that is no text, number or list ({' '.join(str(error).split())})") from None
    return document


def first_problem(error: ValidationError, root: type[BaseModel], prefix: str) -> str:
    """The first problem in one line: path, what is wrong, and for unknown keys the nearest right one."""
    problem = error.errors(include_url=False)[0]
    path = re.sub(r"\.(\d+)", r"[\1]", ".".join([part for part in [prefix] if part] + [str(p) for p in problem["loc"]]))
    if problem["type"] == "extra_forbidden":
        fields = _fields_at(root, problem["loc"][:-1])
        return f"{path}: unknown key; {nearest(str(problem['loc'][-1]), fields)}"
    message = problem["msg"].removeprefix("Value error, ")
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    given = "" if problem["type"] in ("value_error", "missing") else f", not {problem['input']!r}"
    return f"{path}: {message}{given}{more}" if path else f"{message}{more}"


class _Loader(yaml.SafeLoader):
    """YAML's last-one-wins for repeated keys would drop half of somebody's study without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


# YAML 1.1 takes 1e-3 for a text, since it has no dot.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def _fields_at(root: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys that the schema knows at a location of a validation error."""
    model: type[BaseModel] | None = root
    for part in location:
        fields = model.model_fields if model else {}
        field = fields.get(str(part)) or next((f for f in fields.values() if f.alias == part), None)
        if field is not None:
            model = _model_in(field.annotation)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in inner if model), None)
