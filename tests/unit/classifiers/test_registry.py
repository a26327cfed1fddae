"""Classifiers by name: sizes, shapes, and names that need no torch."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from fer.classifiers.registry import CLASSIFIERS, build_classifier, is_known_classifier, known_classifiers
from fer.errors import RequestError

OURS = ("cnn", "resemotenet")


def millions(model: nn.Module) -> float:
    return sum(parameter.numel() for parameter in model.parameters()) / 1e6


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("shufflenet_v2_x1_5", 3.50),
        ("efficientnet_b0", 5.29),
        ("mobilenet_v3_large", 5.48),
        ("densenet121", 7.98),
        ("resnet18", 11.69),
        ("resnet50", 25.56),
        ("convnext_tiny", 28.59),
    ],
)
def test_torchvisions_networks_have_their_published_sizes_with_1000_outputs(name: str, published: float) -> None:
    with torch.device("meta"):
        assert round(millions(build_classifier(name, 1000)), 2) == published == CLASSIFIERS[name].parameters


@pytest.mark.parametrize(("name", "published"), [("cnn", 3.6), ("resemotenet", 80.2)])
def test_our_networks_have_their_published_sizes_with_seven_outputs(name: str, published: float) -> None:
    with torch.device("meta"):
        assert abs(millions(build_classifier(name, 7)) - published) < 0.05
    assert CLASSIFIERS[name].parameters == published


@pytest.mark.parametrize("name", [*known_classifiers(), "timm:resnet10t", "timm:vit_tiny_patch16_224"])
def test_grey_faces_become_one_logit_per_class(name: str) -> None:
    model = build_classifier(name, 5).eval()
    with torch.inference_mode():
        logits = model(torch.rand(2, 1, 48, 48))
    assert logits.shape == (2, 5)
    assert logits.isfinite().all()


def test_grey_is_repeated_and_normalised_as_imagenet_networks_expect() -> None:
    model = build_classifier("resnet18", 7)
    seen: list[torch.Tensor] = []
    model.get_submodule("backbone").register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        model(torch.full((2, 1, 48, 48), 0.5))
    assert seen[0].shape == (2, 3, 48, 48)
    expected = [(0.5 - mean) / std for mean, std in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))]
    assert seen[0][0, :, 0, 0].tolist() == pytest.approx(expected)


def test_the_seed_decides_the_initial_weights() -> None:
    def weights(seed: int) -> list[float]:
        torch.manual_seed(seed)
        return next(build_classifier("cnn", 7).parameters()).flatten().tolist()

    assert weights(1) == weights(1) != weights(2)


def test_any_network_of_timms_is_known_but_must_exist_to_be_built() -> None:
    assert is_known_classifier("timm:resnet10t")
    assert not is_known_classifier("timm:")
    assert not is_known_classifier("resnet10t")
    with pytest.raises(RequestError, match="classifier timm:resnet10q: timm has no such network; did you mean timm:"):
        build_classifier("timm:resnet10q", 7)


def test_an_unknown_name_is_answered_with_the_nearest_right_one() -> None:
    with pytest.raises(RequestError, match="classifier resnet19 is unknown; did you mean resnet18"):
        build_classifier("resnet19", 7)


def test_names_are_known_without_torch() -> None:
    program = (
        "import sys; from fer.classifiers.registry import known_classifiers; "
        "print(len(known_classifiers()), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["9", "False"]
