"""Features are what goes into the layer that gives the logits, whichever network it is."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fer.classifiers.registry import CLASSIFIERS, build_network
from fer.evaluators.network import Evaluator, load_evaluator
from tests.unit.classifiers.cases import open_work
from tests.unit.evaluators.cases import train

CLASSES = ("anger", "fear", "joy")
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 48, 48), dtype=np.uint8)


@pytest.mark.parametrize(
    "name", [*CLASSIFIERS, "timm:resnet10t", "timm:mobilenetv4_conv_small", "timm:vit_tiny_patch16_224"]
)
def test_the_last_layer_makes_the_logits_of_the_features(name: str) -> None:
    torch.manual_seed(0)
    network = build_network(name, len(CLASSES))
    last = network.backbone.get_submodule(network.head[0])
    assert isinstance(last, nn.Linear)
    reading = Evaluator(network.model, last, torch.device("cpu")).read(IMAGES)
    assert reading.logits.shape == (5, 3)
    assert reading.features.shape == (5, last.in_features)
    with torch.no_grad():
        again = last(torch.from_numpy(reading.features)).numpy()
    assert reading.logits == pytest.approx(again, abs=1e-4)


def test_more_images_than_a_batch_are_read_in_order() -> None:
    torch.manual_seed(0)
    network = build_network("cnn", len(CLASSES))
    evaluator = Evaluator(network.model, network.model.get_submodule("head"), torch.device("cpu"))
    reading = evaluator.read(np.tile(IMAGES, (60, 1, 1)))
    assert reading.logits == pytest.approx(np.tile(evaluator.read(IMAGES).logits, (60, 1)), abs=1e-5)
    assert (reading.labels == reading.logits.argmax(axis=1)).all()


def test_loading_one_leaves_the_random_state_of_a_training_alone(tmp_path: Path) -> None:
    work = open_work(tmp_path)
    train(work)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    load_evaluator(work.folder, "cpu")
    assert torch.equal(torch.get_rng_state(), before)
