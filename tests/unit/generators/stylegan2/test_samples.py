"""Samples of a network that was never trained, but described and saved as one that was."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from fer.errors import RequestError
from fer.generators.artifact import DESCRIPTION, PREFERRED, write_json
from fer.generators.base import Images
from fer.generators.cgan.config import CganOptions
from fer.generators.cgan.entry import CGAN_48
from fer.generators.registry import get_generator
from fer.generators.stylegan2.config import StyleGan2Sampling, parse
from fer.generators.stylegan2.generator import Generator
from fer.generators.stylegan2.samples import load_samples
from fer.generators.weights import save_weights
from fer.runtime.device import Numerics, Precision
from tests.unit.generators.helpers import ONE_THREAD
from tests.unit.generators.stylegan2.helpers import CLASSES, MINUTE

OPTIONS = parse("", MINUTE)
DESCRIBED: dict[str, Any] = {"side": 32, "classes": list(CLASSES), "options": OPTIONS.model_dump(mode="json")}


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """A network whose mean latents differ: of each class, and of all."""
    torch.manual_seed(0)
    network = Generator(OPTIONS, 32, len(CLASSES))
    for mean in (network.mapping.mean, network.mapping.class_means):
        nn.init.normal_(mean)
    save_weights(tmp_path / PREFERRED, network.state_dict())
    write_json(tmp_path / DESCRIPTION, DESCRIBED)
    return tmp_path


@pytest.mark.parametrize(("precision", "kind"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_samples_are_made_in_the_precision_that_was_chosen(
    artifact: Path, precision: Precision, kind: torch.dtype
) -> None:
    samples = load_samples(artifact, CLASSES, StyleGan2Sampling(), Numerics("cpu", precision, 1))
    kinds: list[torch.dtype] = []
    last = samples._generator.synthesis.blocks[-1]
    last.register_forward_hook(lambda _m, _i, made: kinds.append(made[0].dtype))
    samples.sample(np.array([0, 1]), np.array([0, 0]), seed=0)
    assert kinds == [kind]


def test_truncated_samples_lie_at_the_mean_of_their_class_or_of_all_as_the_study_says(artifact: Path) -> None:
    def most_typical(**sampling: Any) -> Images:
        how = StyleGan2Sampling(truncation=0.0, **sampling)
        return load_samples(artifact, CLASSES, how, ONE_THREAD).sample(np.array([0, 1]), np.array([3, 5]), seed=0)

    # Maps of noise have no strength yet, so that the latent decides everything.
    dark, bright = most_typical(towards="overall")
    assert np.array_equal(dark, bright)
    dark, bright = most_typical(towards="class")
    assert not np.array_equal(dark, bright)
    assert np.array_equal(most_typical(), [dark, bright])


@pytest.mark.parametrize("model", ["stylegan2-32", "cgan-48"])
@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({}, r"\(classes: Field required\)"),
        ({**DESCRIBED, "classes": "dark"}, r"\(classes: Input should be a valid list\)"),
        ({**DESCRIBED, "options": {"depth": 3}}, r"\(options\.depth: Extra inputs are not permitted\)"),
    ],
)
def test_a_folder_that_does_not_describe_a_network_is_refused_by_name(
    model: str, described: dict[str, Any], message: str, tmp_path: Path
) -> None:
    write_json(tmp_path / DESCRIPTION, described)
    with pytest.raises(RequestError, match=rf"generator\.json: does not describe a network of this kind {message}"):
        get_generator(model).load(tmp_path, CLASSES, {}, ONE_THREAD)


def test_one_kind_of_network_is_not_loaded_as_another(artifact: Path) -> None:
    with pytest.raises(RequestError, match=r"of this kind \(options\."):
        CGAN_48.load(artifact, CLASSES, {}, ONE_THREAD)
    write_json(artifact / DESCRIPTION, {**DESCRIBED, "options": CganOptions().model_dump(mode="json")})
    with pytest.raises(RequestError, match=r"of this kind \(options\."):
        load_samples(artifact, CLASSES, StyleGan2Sampling(), ONE_THREAD)
