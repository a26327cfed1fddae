"""Generators by name. Importing this costs no torch: an entry brings it in when it trains or loads."""

from importlib import import_module

from fer.errors import RequestError
from fer.generators.base import Generator
from fer.naming import nearest

# Where each entry lives, as module:attribute. None: a study may name it, but this version cannot train it yet.
GENERATORS: dict[str, str | None] = {
    "cgan-48": "fer.generators.cgan.entry:CGAN_48",
    "stylegan2-32": "fer.generators.stylegan2.entry:STYLEGAN2_32",
    "stylegan2-64": "fer.generators.stylegan2.entry:STYLEGAN2_64",
    "stylegan2-64-ada": "fer.generators.stylegan2.entry:STYLEGAN2_64_ADA",
    "flow-48": None,
}
FOLDER = "folder:"


def known_generators() -> list[str]:
    """Names that a study may use, in the order of the registry (``folder:<uri>`` is always possible beside them)."""
    return list(GENERATORS)


def is_known_generator(model: str) -> bool:
    """Whether a study may name this model: a registered one, or ``folder:`` and a path or store URI."""
    return model in GENERATORS or (model.startswith(FOLDER) and model.removeprefix(FOLDER).strip() != "")


def get_generator(model: str) -> Generator:
    """The entry of a model. Raises RequestError for an unknown name, and for a known one that does not exist yet."""
    if not is_known_generator(model):
        raise RequestError(f"generator {model}: unknown; {nearest(model, [*GENERATORS, 'folder:<uri>'])}")
    if model.startswith(FOLDER):
        from fer.generators.folder import FolderGenerator

        return FolderGenerator(model.removeprefix(FOLDER).strip())
    where = GENERATORS[model]
    if where is None:
        ready = ", ".join(name for name, place in GENERATORS.items() if place)
        raise RequestError(f"generator {model}: does not exist yet in this version; there are {ready}, folder:<uri>")
    module, attribute = where.split(":")
    entry: Generator = getattr(import_module(module), attribute)
    return entry
