"""The committed configuration of ``cgan-48``. A study's ``options`` replace single values."""

from typing import Annotated

from pydantic import Field

from fer.generators.artifact import Snapshot
from fer.generators.options import Options

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Beta = Annotated[float, Field(ge=0, lt=1)]


class CganOptions(Options):
    """Networks and training of the conditional GAN at 48 px."""

    noise_size: Annotated[int, Field(ge=1)] = 128
    """Length of the noise, and of the label embedding that it is multiplied with."""
    noise_mean: Annotated[float, Field(allow_inf_nan=False)] = 0.35
    """Mean of the noise. At 0 the product with the embedding has no sign, and the label shows in magnitudes alone; at 1
    the samples of a class became alike."""
    generator_width: Annotated[int, Field(ge=1)] = 24
    """Channels of the generator's 24 px layer; twice as many at 12 px, four times at 6 px."""
    discriminator_width: Annotated[int, Field(ge=1)] = 24
    """Channels of the discriminator's 24 px layer; twice as many at 12 px, four times at 6 px."""
    batch_size: Annotated[int, Field(ge=2)] = 32
    """Real images in one step, and as many generated ones."""
    generator_learning_rate: Positive = 2e-4
    """Adam's learning rate for the generator."""
    discriminator_learning_rate: Positive = 2e-4
    """Adam's learning rate for the discriminator."""
    beta1: Beta = 0.5
    """Adam's decay of the first moment, both networks."""
    beta2: Beta = 0.99
    """Adam's decay of the second moment, both networks."""
    mismatch: Share = 0.3
    """Share of the discriminator's loss on fakes that goes to real images with a wrong label (Reed et al. 2016,
    arXiv 1605.05396), which makes it look at the label. Without effect in a network of a single class."""
    flip: bool = True
    """Mirror real images at random."""
    ema_kimg: NotNegative = 5.0
    """Half-life of the averaged weights in thousands of images; early on a tenth of the images shown, if less."""
    sheet_kimg: Positive = 60.0
    """Thousands of images between two sample sheets, each with the judge's verdict."""


class CganSampling(Options):
    """How samples are made."""

    snapshot: Snapshot = "preferred"
    """The averaged weights that the judge preferred, or those at the end of training."""
