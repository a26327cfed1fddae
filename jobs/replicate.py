"""A replicate: the same study once more, under a name and with a seed that follow from a moment in time."""

import hashlib
from datetime import datetime

import yaml

from fer.schema import load_yaml
from fer.studies import parse_study
from jobs.context import StudyText

SEEDS = 2**31


def replicate_of(described: StudyText, moment: datetime) -> StudyText:
    """The study named after ``moment``, with one seed drawn from it: the same moment makes the same replicate.

    Raises RequestError where the name gets too long.
    """
    name = f"{described.study.name}-{moment:%Y%m%dt%H%M%S}"
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()) % SEEDS
    document = {**load_yaml(described.text), "name": name, "seeds": [seed]}
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    return StudyText(parse_study(text, name), text)
