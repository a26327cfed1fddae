"""``cnn``: a plain network for 48 px grey faces, small enough to be trained on real data by a processor."""

from torch import Tensor, nn

from fer.classifiers.network import Network


class Cnn(nn.Module):
    """Six convolutions, down to 3 x 3 places, then two fully connected layers.

    The resolution falls quickly and most of the parameters (3.2 of 3.6 million) are in the first fully connected layer,
    because that is where they cost the least time; dropout keeps them from learning faces by heart.
    """

    def __init__(self, classes: int, dropout: float = 0.3) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_block(1, 24, stride=2, kernel=5),  # 24 x 24
            *_block(24, 24),
            *_block(24, 64, stride=2),  # 12 x 12
            *_block(64, 64),
            *_block(64, 128, stride=2),  # 6 x 6
            *_block(128, 256, stride=2),  # 3 x 3
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(256 * 3 * 3, 1376, bias=False),
            nn.BatchNorm1d(1376),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
        )
        self.head = nn.Linear(1376, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Floats (b, 1, 48, 48) in [0, 1] to logits (b, classes)."""
        logits: Tensor = self.head(self.classifier(self.features(2 * images - 1)))
        return logits


def build(_name: str, classes: int) -> Network:
    """The network with ``classes`` outputs."""
    model = Cnn(classes)
    return Network(model, model, ("head",))


def _block(inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
