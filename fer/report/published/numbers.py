"""Every number that the published study printed, as it printed it. On the page these are "theirs".

It trained StyleGAN2 on FER2013, one network per class, mixed samples with real images and trained classifiers on the
mixes, stopping early on a held-out part of each mix. It gave single runs, without intervals. What stands in a figure
without a number beside it is not here: nothing was read off a drawing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Printed:
    """A number that was given in words."""

    value: float
    words: str


PARAMETERS = {
    "shufflenet_v2_x1_5": 3.5,
    "efficientnet_b0": 5.3,
    "mobilenet_v3_large": 5.4,
    "densenet121": 8.0,
    "resnet18": 11.7,
    "resnet50": 25.6,
    "convnext_tiny": 28.6,
    "cnn": 3.6,
    "resemotenet": 80.2,
}
"""Table 1, in its order: millions of parameters by classifier."""

PLAIN, ADAPTIVE, SMALL = "stylegan2-64", "stylegan2-64-ada", "stylegan2-32"
MODELS = {PLAIN: "64 px", ADAPTIVE: "64 px, ADA", SMALL: "32 px"}
"""Generators of Table 2, in the order of its columns, and what it calls them."""

RATIOS = (0.0, 0.1, 0.3, 0.5, 1.0)
"""Real ratios of Figure 4."""

SYNTHETIC_MACRO_F1 = {
    "convnext_tiny": {PLAIN: 0.2344, ADAPTIVE: 0.2429, SMALL: 0.2533},
    "densenet121": {PLAIN: 0.2021, ADAPTIVE: 0.2012, SMALL: 0.1975},
    "efficientnet_b0": {PLAIN: 0.1854, ADAPTIVE: 0.1861, SMALL: 0.1898},
    "mobilenet_v3_large": {PLAIN: 0.1952, ADAPTIVE: 0.2019, SMALL: 0.1963},
    "resnet18": {PLAIN: 0.1837, ADAPTIVE: 0.1910, SMALL: 0.1951},
    "resnet50": {PLAIN: 0.1821, ADAPTIVE: 0.1883, SMALL: 0.1746},
    "shufflenet_v2_x1_5": {PLAIN: 0.2012, ADAPTIVE: 0.1947, SMALL: 0.2075},
}
"""Table 2: macro-F1 of classifiers trained on samples alone, by classifier and generator."""

EPOCHS_SYNTHETIC = Printed(15, "about 15")
EPOCHS_REAL = Printed(40, "over 40")
"""Figure 6: epochs at early stopping, on samples alone and on real images alone."""


@dataclass(frozen=True)
class CnnScores:
    """One training set of Figure 9."""

    name: str
    ratio: float
    volume: int
    accuracy: float
    auroc: float | None
    """None where it was not given."""


CNN, CNN_MODEL = "cnn", PLAIN
CNN_SCORES = (
    CnnScores("all real", 1.0, 1, 0.61, 0.88),
    CnnScores("samples alone", 0.0, 1, 0.29, 0.68),
    CnnScores("samples alone, twice as many", 0.0, 2, 0.15, None),
)
"""Figure 9: a small network on real images, on samples, and on twice as many samples."""

RESEMOTENET, RESEMOTENET_MODEL = "resemotenet", PLAIN
RESEMOTENET_ACCURACY = {1.0: Printed(0.59, "0.58 to 0.60"), 0.0: Printed(0.1, "about 0.1")}
"""Figure 10: where the curves of accuracy end, by real ratio."""

FRECHET = {"cgan-48": Printed(141.6, "141.6"), ADAPTIVE: Printed(8, "about 8")}
"""Fréchet inception distance by generator."""

JENSEN_SHANNON = 0.5499
"""Jensen-Shannon divergence of real and synthetic images, or its root: neither that nor its bins were said."""
