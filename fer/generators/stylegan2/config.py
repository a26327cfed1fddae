"""Configurations of StyleGAN2. A study's ``options`` name one and replace single values of it."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from fer.generators.artifact import Snapshot
from fer.generators.options import Options, parse_options
from fer.generators.stylegan2.augment.spec import AugmentSpec

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]

COARSE = 4
"""Side of the constant that every image starts from, and of the discriminator's last features."""

DEFAULT = "auto"
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "auto": {},
    "cifar": {
        "channel_base": 32768,
        "architecture": "plain",
        "batch_size": 64,
        "r1_weight": 0.01,
        "path_length_weight": 0.0,
        "style_mixing": 0.0,
        "minibatch_group": 32,
        "ema_kimg": 500.0,
        "lazy_always": True,
        "flip": False,
    },
    "small": {
        "channel_base": 768,
        "generator_base": 1536,
        "channel_max": 128,
        "noise_size": 64,
        "style_size": 64,
        "label_layers": 0,
        "architecture": "plain",
        "batch_size": 16,
        "learning_rate": 0.003,
        "r1_weight": 2.0,
        "path_length_weight": 0.0,
        "style_mixing": 0.0,
        "final_learning_rate": 0.0006,
        "final_r1_weight": 0.05,
        "final_mismatch": 0.35,
        "minibatch_group": 16,
        "deviation_channels": 128,
        "ema_kimg": 20.0,
        "mismatch": 0.5,
    },
}
"""What differs from the defaults below.

- ``auto``: what the authors' automatic configuration gives for one device at these sizes, and mirroring, which to them
  is an option of the data set and off by default: faces allow it. The built-in generators use it, all three of them, so
  that a comparison of 32 with 64 px, or of ADA with none, compares nothing else.
- ``cifar``: what Karras et al. tuned for CIFAR-10 (arXiv 2006.06676, appendix D): many small images, diverse classes.
- ``small``: for processors, where a training shows hundreds of thousands of images and not tens of millions. The
  automatic values do not come far in so few: on FER2013 the classes did not part, and the samples of each became alike.
  So the penalty is some hundred times stronger at first (arXiv 1801.04406 has such weights), which steadies training
  from the start. It then falls to a fortieth, and the rates with it: with constant values the judge's distance stopped
  falling after a quarter of an hour, with a penalty that ended at 0.3 after forty minutes. (A training of ten minutes
  wants the values that a long one has by then: see the study ``cpu``.) Few channels, since what counts is
  how many images are shown in the time: on one core an hour does best with these, ten minutes with 512 for both
  networks. The generator has twice as many as the discriminator, which costs a quarter of the pace: with as many it is
  as good for forty minutes, and then no longer gets better. Steps are smaller and more, latents shorter, so that styles
  do not outrun the discriminator. It compares all images of a batch, feature by feature, or samples become plain. It is
  told about wrong labels, which costs it one projection, and a label's direction learns at the full rate; to the end of
  a long training as many as at first would draw the classes too far apart. Path lengths and style mixing smooth the way
  through the latent space, which a classifier's training set has no use for.
"""


class StyleGan2Options(Options):
    """Networks and training of StyleGAN2 (Karras et al. 2019, arXiv 1912.04958; 2020, arXiv 2006.06676)."""

    configuration: Literal["auto", "cifar", "small"] = "auto"
    """The name of the set of values that the others are taken from where they are not given."""
    channel_base: Annotated[int, Field(ge=64)] = 16384
    """Channels times side: a layer of side s has ``channel_base / s`` channels, up to ``channel_max``."""
    channel_max: Count = 512
    """Most channels of a layer."""
    generator_base: Annotated[int, Field(ge=64)] | None = None
    """``channel_base`` of the generator, where it has another than the discriminator."""
    noise_size: Count = 512
    """Length of the noise z."""
    style_size: Count = 512
    """Length of the intermediate latent w."""
    mapping_layers: Count = 2
    """Layers from z to w."""
    label_layers: Annotated[int, Field(ge=0)] = 8
    """Layers from a label's embedding to the direction that the discriminator's verdict is projected on. They learn at
    a hundredth of the rate; with 0 nothing holds a label's direction back."""
    architecture: Literal["residual", "plain"] = "residual"
    """Of the discriminator's blocks."""
    batch_size: Annotated[int, Field(ge=2)] = 32
    """Real images in one step, and as many generated ones."""
    learning_rate: Positive = 0.0025
    """Adam's, both networks (beta 0 and 0.99), before the correction for lazy regularisation."""
    final_learning_rate: Positive | None = None
    """Where the rate ends; with the images shown it goes there by equal factors. By default it stays as it is."""
    lazy_always: bool = False
    """Correct both networks' Adam for lazy regularisation even where its weight is 0, as the authors' code does."""
    r1_weight: NotNegative | None = None
    """Weight of the gradient penalty; by default 0.0002 side**2 / batch_size, as the automatic configuration has it."""
    final_r1_weight: Positive | None = None
    """Where that weight ends, by equal factors. By default it stays as it is."""
    path_length_weight: NotNegative = 2.0
    """Weight of the path-length regularisation; 0 leaves it out."""
    style_mixing: Share = 0.9
    """Share of generated images whose finer layers get another w."""
    minibatch_group: Count = 4
    """Images over which the minibatch standard deviation is taken; they divide the batch."""
    deviation_channels: Count = 1
    """Parts of the features of side 4 over each of which that deviation is averaged, a channel each; they divide the
    features. With as many parts as features, or more, each feature has a channel of its own."""
    ema_kimg: NotNegative | None = None
    """Half-life of the averaged weights in thousands of images, by default 10 batch_size / 32, as the automatic
    configuration has it; early on ``ema_ramp`` of the images shown, if less."""
    ema_ramp: Share = 0.05
    """Longest half-life of the averaged weights early on, as a share of the images shown."""
    mismatch: Share = 0.0
    """Share of the discriminator's loss on what is not real that goes to real images with a wrong label (Reed et al.
    2016, arXiv 1605.05396), which makes it look at the label early: that of another image of the batch, so that a rare
    label is seldom wrong, too. Without effect in a network of a single class."""
    final_mismatch: Annotated[float, Field(gt=0, le=1)] | None = None
    """Where that share ends, by equal factors; by default it stays as it is. The larger it is, the more the best images
    are not the likeliest of a class but those that no other class could have."""
    flip: bool = True
    """Mirror real images at random."""
    augment: AugmentSpec = AugmentSpec()
    """The groups of augmentations, where a generator is one with ADA. Without effect without."""
    ada_target: Annotated[float, Field(gt=-1, lt=1)] = 0.6
    """Where ADA holds r_t, the mean sign of the discriminator's verdict on real images. Without effect without ADA."""
    ada_kimg: Positive = 500.0
    """Thousands of images in which ADA's p could go from 0 to 1. Without effect without ADA."""
    tick_kimg: Positive = 1.0
    """Thousands of images between two rows of the history."""
    snapshot_kimg: Positive = 20.0
    """Thousands of images between two sample sheets, each with the judge's verdict."""

    @model_validator(mode="after")
    def _groups_fit(self) -> Self:
        group = min(self.minibatch_group, self.batch_size)
        if self.batch_size % group:
            raise ValueError(f"minibatch_group {group} does not divide batch_size {self.batch_size}")
        features = self.channels(COARSE)
        if features % self.deviations:
            raise ValueError(f"deviation_channels {self.deviation_channels} does not divide the {features} features")
        return self

    def channels(self, side: int) -> int:
        """Channels of the discriminator's layers of this side."""
        return min(self.channel_base // side, self.channel_max)

    def generator_channels(self, side: int) -> int:
        """Channels of the generator's layers of this side."""
        return min((self.generator_base or self.channel_base) // side, self.channel_max)

    @property
    def deviations(self) -> int:
        """Channels for the minibatch standard deviation."""
        return min(self.deviation_channels, self.channels(COARSE))

    @property
    def half_life(self) -> float:
        """Of the averaged weights, in thousands of images."""
        return 10 * self.batch_size / 32 if self.ema_kimg is None else self.ema_kimg

    def mismatch_at(self, progress: float) -> float:
        """``mismatch`` after this share of the training."""
        return _between(self.mismatch, self.final_mismatch, progress)

    def learning_rate_at(self, progress: float) -> float:
        """``learning_rate`` after this share of the training."""
        return _between(self.learning_rate, self.final_learning_rate, progress)

    def gradient_penalty(self, side: int, progress: float = 0.0) -> float:
        """Weight of R1 for images of this side (arXiv 2006.06676, appendix D) after this share of the training."""
        first = 0.0002 * side**2 / self.batch_size if self.r1_weight is None else self.r1_weight
        return _between(first, self.final_r1_weight, progress)


def _between(first: float, final: float | None, progress: float) -> float:
    return first if final is None or first == 0 else first * (final / first) ** min(progress, 1.0)


class StyleGan2Sampling(Options):
    """How samples are made."""

    snapshot: Snapshot = "preferred"
    """The averaged weights that the judge preferred, or those at the end of training."""
    truncation: Share = 1.0
    """How far a latent may lie from the mean, as a share of where it lies: less is more typical, and more alike."""
    towards: Literal["class", "overall"] = "class"
    """The mean latent of the sample's class, or that of all images."""


def parse(where: str, given: dict[str, Any]) -> StyleGan2Options:
    """The configuration that ``given`` names, with its changes.

    Raises RequestError naming ``generators.<where>.<key>`` of a value that does not fit.
    """
    preset = CONFIGURATIONS.get(str(given.get("configuration", DEFAULT)), {})
    return parse_options(StyleGan2Options, where, {**preset, **given})
