"""Inception's features, by which published distances were measured: torch-fidelity's network, with weights of yours."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fer.classifiers.weights import read_weights
from fer.errors import RequestError
from fer.evaluators.network import Reading

_NAME = "inception-v3-compat"
_FEATURES, _LOGITS = "2048", "logits"
_BATCH = 64


class Inception:
    """Inception v3 as the original FID computed it (Heusel et al. 2017), by way of torch-fidelity."""

    def __init__(self, weights: Path, device: str) -> None:
        """``weights``: a .pth or .safetensors file; ``device``: ``cpu`` or ``cuda``.

        Raises RequestError where the file is not one of torch-fidelity's Inception.
        """
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

        # torch-fidelity unpickles whatever a file holds, so that it is given one that holds tensors only.
        state = read_weights(weights)
        with tempfile.TemporaryDirectory(prefix="fer-inception-") as scratch:
            plain = Path(scratch) / "weights.pth"
            torch.save(dict(state), plain)
            try:
                model = FeatureExtractorInceptionV3(
                    _NAME, [_FEATURES, _LOGITS], feature_extractor_weights_path=str(plain)
                )
            except RuntimeError as error:
                reason = " ".join(str(error).split())[:200]
                raise RequestError(f"weights {weights}: not those of torch-fidelity's Inception: {reason}") from None
        self._model = model.to(device)
        self._device = torch.device(device)

    def read(self, images: NDArray[np.uint8]) -> Reading:
        """Its 2048 pooled features and 1008 logits of ``images``, grey uint8 (n, h, w) with n >= 1, in batches."""
        parts: list[tuple[Tensor, Tensor]] = []
        with torch.inference_mode():
            for batch in torch.split(torch.from_numpy(images), _BATCH):
                colour = batch.to(self._device)[:, None].expand(-1, 3, -1, -1)
                features, logits = self._model(colour)
                parts.append((features.cpu(), logits.cpu()))
        features, logits = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
        return Reading(logits, features)
