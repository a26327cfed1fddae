"""Artifacts, claims, outcomes and checkpoints in a folder or on S3."""

from fer.store.check import Problem, check, refuse_unconditional
from fer.store.checkpoints import Checkpoints
from fer.store.claims import Attempt, ClaimedElsewhere
from fer.store.objects import MissingObject, ObjectInfo, Objects
from fer.store.records import Manifest
from fer.store.store import MissingArtifact, Store
from fer.store.uris import fetch_uri, open_existing_store, open_objects, open_store

__all__ = [
    "Attempt",
    "Checkpoints",
    "ClaimedElsewhere",
    "Manifest",
    "MissingArtifact",
    "MissingObject",
    "ObjectInfo",
    "Objects",
    "Problem",
    "Store",
    "check",
    "fetch_uri",
    "open_existing_store",
    "open_objects",
    "open_store",
    "refuse_unconditional",
]
