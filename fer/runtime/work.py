"""What a stage hands to library code that works for long."""

from dataclasses import dataclass
from pathlib import Path

from fer.runtime.signals import StopFlag
from fer.store.checkpoints import Checkpoints
from fer.store.store import Store


@dataclass(frozen=True)
class Work:
    """A scratch folder that becomes the artifact, and the means to be interrupted and go on."""

    folder: Path
    """Files written here are published when the work ends well."""
    checkpoints: Checkpoints
    stop: StopFlag
    store: Store
    """For choices that hold for the whole store (precision, threads), and for inputs named by URI."""
