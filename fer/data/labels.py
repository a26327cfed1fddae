"""Names of classes: the many spellings of FER2013's seven become one, foreign data sets keep their own."""

from collections.abc import Collection

from fer.data.dataset import EXPRESSIONS

ALIASES = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
} | {name: name for name in EXPRESSIONS}
"""Folder names, in lower case, that mean one of the seven expressions."""


def classes_of(folders: Collection[str]) -> tuple[str, ...]:
    """The classes that class folders stand for, in the order of their labels.

    Folders that are the seven expressions, all of them and nothing else, give ``EXPRESSIONS``; others are the classes
    themselves, sorted by name.
    """
    meant = sorted(ALIASES.get(folder.lower(), "") for folder in folders)
    return EXPRESSIONS if meant == sorted(EXPRESSIONS) else tuple(sorted(folders))


def spellings(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Names of class folders that ``label_of`` knows."""
    return tuple(ALIASES) if classes == EXPRESSIONS else classes


def label_of(folder: str, classes: tuple[str, ...]) -> int | None:
    """The label of a class folder: an index into ``classes``, or None if the folder is none of them."""
    if folder in classes:
        return classes.index(folder)
    alias = ALIASES.get(folder.lower()) if classes == EXPRESSIONS else None
    return None if alias is None else classes.index(alias)
