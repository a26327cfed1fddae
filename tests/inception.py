"""Weights of torch-fidelity's Inception that nobody has trained: its network's own beginning."""

import pytest
import torch
from torch_fidelity import feature_extractor_inceptionv3


def untrained_weights() -> dict[str, torch.Tensor]:
    """All of them, always the same."""
    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_extractor_inceptionv3, "load_state_dict_from_url", lambda *_args, **_kwargs: {})
        network_class = feature_extractor_inceptionv3.FeatureExtractorInceptionV3
        patch.setattr(network_class, "load_state_dict", lambda *_args: None)
        network = network_class("random", ["2048"])
    return {name: tensor.clone().contiguous() for name, tensor in network.state_dict().items()}
