"""Initial weights from files: everything but the head, or one line that says why not."""

import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor

from fer.classifiers.registry import build_classifier
from fer.errors import RequestError


@pytest.fixture(scope="module")
def published() -> dict[str, Tensor]:
    """Weights of a small network with ImageNet's 1000 outputs."""
    torch.manual_seed(5)
    state: dict[str, Tensor] = torchvision.models.shufflenet_v2_x0_5(num_classes=1000).state_dict()
    return state


@pytest.fixture(scope="module")
def resnet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(torchvision.models.resnet18(num_classes=1000).state_dict(), path)
    return path


def pth(state: dict[str, Tensor], path: Path) -> None:
    torch.save(state, path)


def wrapped_pth(state: dict[str, Tensor], path: Path) -> None:
    torch.save({"epoch": 3, "state_dict": state}, path)


@pytest.mark.parametrize(
    ("suffix", "write"),
    [(".pth", pth), (".pth", wrapped_pth), (".safetensors", save_file)],
    ids=["plain", "wrapped", "safetensors"],
)
def test_all_but_the_head_comes_from_the_file(
    tmp_path: Path, suffix: str, write: Callable[[dict[str, Tensor], Path], None]
) -> None:
    torch.manual_seed(5)
    state = torchvision.models.shufflenet_v2_x1_5(num_classes=1000).state_dict()
    path = tmp_path / f"weights{suffix}"
    write(state, path)
    torch.manual_seed(6)
    fresh = build_classifier("shufflenet_v2_x1_5", 7).get_submodule("backbone").state_dict()
    torch.manual_seed(6)
    loaded = build_classifier("shufflenet_v2_x1_5", 7, path).get_submodule("backbone").state_dict()
    for key, value in loaded.items():
        assert torch.equal(value, fresh[key] if key.startswith("fc.") else state[key]), key
    assert not torch.equal(fresh["conv1.0.weight"], state["conv1.0.weight"])


def without_counters(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The state as torch wrote it before 0.4.1."""
    return {key: value for key, value in state.items() if not key.endswith(".num_batches_tracked")}


def test_files_from_before_normalisations_counted_batches_are_understood(tmp_path: Path, resnet_file: Path) -> None:
    state = torch.load(resnet_file, weights_only=True)
    old = without_counters(state)
    assert len(old) < len(state)
    pth(old, tmp_path / "old.pth")
    loaded = build_classifier("resnet18", 7, tmp_path / "old.pth").get_submodule("backbone").state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in old.items() if not key.startswith("fc."))
    assert loaded["bn1.num_batches_tracked"] == 0


def test_densenets_published_names_are_understood(tmp_path: Path) -> None:
    state = torchvision.models.densenet121(num_classes=1000).state_dict()
    old = {
        re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", key): value
        for key, value in without_counters(state).items()
    }
    assert not old.keys() <= state.keys()
    pth(old, tmp_path / "densenet.pth")
    loaded = build_classifier("densenet121", 7, tmp_path / "densenet.pth").get_submodule("backbone").state_dict()
    assert torch.equal(
        loaded["features.denseblock1.denselayer1.conv1.weight"],
        next(value for key, value in state.items() if key == "features.denseblock1.denselayer1.conv1.weight"),
    )


def test_timms_position_embeddings_are_fitted_to_small_images(tmp_path: Path) -> None:
    state = timm.create_model("vit_tiny_patch16_224").state_dict()
    save_file(state, tmp_path / "vit.safetensors")
    model = build_classifier("timm:vit_tiny_patch16_224", 7, tmp_path / "vit.safetensors")
    loaded = model.get_submodule("backbone").state_dict()
    assert loaded["pos_embed"].shape == (1, 1 + 3 * 3, 192)
    assert torch.equal(loaded["blocks.0.attn.qkv.weight"], state["blocks.0.attn.qkv.weight"])


def test_weights_of_another_network_are_refused_in_one_line(resnet_file: Path) -> None:
    with pytest.raises(
        RequestError, match=r"resnet18.pth: not those of resnet50: layer1.0.conv3.weight is missing"
    ) as e:
        build_classifier("resnet50", 7, resnet_file)
    assert "\n" not in str(e.value)


def test_a_tensor_of_another_shape_is_named(tmp_path: Path, resnet_file: Path) -> None:
    state = torch.load(resnet_file, weights_only=True)
    state["conv1.weight"] = state["conv1.weight"][:, :1].clone()
    pth(state, tmp_path / "grey.pth")
    with pytest.raises(RequestError, match=re.escape("conv1.weight has shape (64, 1, 7, 7) instead of (64, 3, 7, 7)")):
        build_classifier("resnet18", 7, tmp_path / "grey.pth")


@pytest.mark.parametrize("name", ["cut.pth", "cut.safetensors"])
def test_a_file_cut_short_is_refused_in_one_line(tmp_path: Path, published: dict[str, Tensor], name: str) -> None:
    path = tmp_path / name
    (save_file if path.suffix == ".safetensors" else pth)(published, path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RequestError, match=name) as error:
        build_classifier("resnet18", 7, path)
    assert "\n" not in str(error.value)


def test_nothing_in_a_weights_file_is_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (tmp_path / "executed",)

    (tmp_path / "trap.pth").write_bytes(pickle.dumps({"conv1.weight": Trap()}))
    with pytest.raises(RequestError, match=r"trap.pth: no .pth file of plain tensors"):
        build_classifier("resnet18", 7, tmp_path / "trap.pth")
    assert not (tmp_path / "executed").exists()
