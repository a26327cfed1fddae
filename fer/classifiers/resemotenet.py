"""``resemotenet``: convolutions, squeeze-and-excitation and residual blocks, after ResEmoteNet (arXiv 2409.10545)."""

import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from fer.classifiers.network import Network


class SqueezeExcitation(nn.Module):
    """Weighs channels by what the whole image holds of each (arXiv 1709.01507)."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Linear(channels, channels // reduction, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """(b, c, h, w) to the same shape."""
        weights: Tensor = self.gate(maps.mean(dim=(2, 3)))
        return maps * weights[:, :, None, None]


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions beside a projected shortcut (arXiv 1512.03385); halves the resolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, maps: Tensor) -> Tensor:
        """(b, inputs, h, w) to (b, outputs, ceil(h / 2), ceil(w / 2))."""
        return F.relu(self.residual(maps) + self.shortcut(maps))


class ResEmoteNet(nn.Module):
    """Convolutional blocks, squeeze-and-excitation, residual blocks, adaptive pooling, linear layers."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*_block(1, 64, 0.2), *_block(64, 128, 0.2), *_block(128, 256, 0.2))
        self.attention = SqueezeExcitation(256)
        self.residuals = nn.Sequential(ResidualBlock(256, 512), ResidualBlock(512, 1024), ResidualBlock(1024, 2048))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Flatten(), *_dense(2048, 1024, 0.2), *_dense(1024, 512, 0.5), *_dense(512, 256, 0.5)
        )
        self.head = nn.Linear(256, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Floats (b, 1, 48, 48) in [0, 1] to logits (b, classes)."""
        maps = self.residuals(self.attention(self.blocks(2 * images - 1)))
        logits: Tensor = self.head(self.classifier(self.pool(maps)))
        return logits


def build(_name: str, classes: int) -> Network:
    """The network with ``classes`` outputs."""
    model = ResEmoteNet(classes)
    return Network(model, model, ("head",))


def _block(inputs: int, outputs: int, dropout: float) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Dropout(dropout)


def _dense(inputs: int, outputs: int, dropout: float) -> tuple[nn.Module, ...]:
    return nn.Linear(inputs, outputs), nn.ReLU(inplace=True), nn.Dropout(dropout)
