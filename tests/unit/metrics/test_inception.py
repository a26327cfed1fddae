"""Inception's features come from a file of weights, through torch-fidelity's own network, and from nowhere else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch_fidelity import feature_extractor_inceptionv3 as theirs

from fer.errors import RequestError
from fer.metrics.inception import Inception
from tests.inception import untrained_weights

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    return untrained_weights()


def to_pth(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save(state, path)


@pytest.mark.parametrize(("name", "save"), [("i.pth", to_pth), ("i.safetensors", save_file)])
def test_its_features_are_those_of_torch_fidelitys_network_with_these_weights(
    state: dict[str, torch.Tensor], tmp_path: Path, name: str, save: Callable[[dict[str, torch.Tensor], Path], None]
) -> None:
    save(state, tmp_path / name)
    to_pth(state, tmp_path / "plain.pth")
    network = theirs.FeatureExtractorInceptionV3(
        "same", ["2048"], feature_extractor_weights_path=str(tmp_path / "plain.pth")
    )
    with torch.no_grad():
        (expected,) = network(torch.from_numpy(IMAGES)[:, None].repeat(1, 3, 1, 1))
    reading = Inception(tmp_path / name, "cpu").read(IMAGES)
    assert reading.features == pytest.approx(expected.numpy(), abs=1e-6)
    assert (reading.features.shape, reading.logits.shape) == ((3, 2048), (3, 1008))
    assert reading.features.std() > 0


def test_a_file_of_another_network_is_refused_in_one_line(tmp_path: Path) -> None:
    to_pth({"weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(RequestError, match="not those of torch-fidelity's Inception") as refused:
        Inception(tmp_path / "other.pth", "cpu")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    torch.save({"weight": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(RequestError, match="plain tensors"):
        Inception(tmp_path / "evil.pth", "cpu")
    assert not (tmp_path / "ran").exists()


def test_nothing_is_downloaded_where_the_file_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theirs, "load_state_dict_from_url", lambda *_args, **_kwargs: pytest.fail("a download"))
    with pytest.raises(RequestError, match="cannot be read"):
        Inception(tmp_path / "nowhere.pth", "cpu")
