"""Golden files: what kustomize made of the manifests when somebody last looked at it."""

from pathlib import Path

import yaml

from tests.manifests.rendered import BASES, Document, documents, render, title

FOLDER = Path(__file__).parent / "golden"


def own(name: str) -> list[Document]:
    """The objects of a rendering, less those that are the same in the rendering that it stands on."""
    base = render(BASES[name]) if name in BASES else []
    return [document for document in render(name) if document not in base]


def differences(name: str) -> list[str]:
    """The objects that are not as the golden file has them, in words."""
    path = FOLDER / f"{name}.yaml"
    before = {title(document): document for document in documents(path.read_text())} if path.is_file() else {}
    now = {title(document): document for document in own(name)}
    return [
        *(f"golden/{name}.yaml lacks {key}" for key in now.keys() - before.keys()),
        *(f"golden/{name}.yaml has {key}, which is rendered no more" for key in before.keys() - now.keys()),
        *(f"golden/{name}.yaml has another {key}" for key in now.keys() & before.keys() if now[key] != before[key]),
    ]


def update(name: str) -> None:
    """Make the golden file what is rendered now."""
    FOLDER.mkdir(exist_ok=True)
    text = yaml.dump_all(own(name), Dumper=_Readable, sort_keys=False, width=120, allow_unicode=True)
    (FOLDER / f"{name}.yaml").write_text(text)


class _Readable(yaml.SafeDumper):
    """Texts of several lines as blocks, so that a difference shows as a line."""


def _block(dumper: _Readable, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _block)
_Readable.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
