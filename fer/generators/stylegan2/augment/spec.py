"""Which augmentations there are and which are used. Free of torch, so that a study's options can be checked quickly."""

from fer.generators.options import Options


class AugmentSpec(Options):
    """The groups in use. Their strengths are the published ones (arXiv 2006.06676, appendix B).

    Each kind of a group is applied to an image with probability p, whatever the other kinds do. The default is what the
    authors call ``bgc``: they found the other groups of little use.
    """

    blit: bool = True
    """Mirroring, quarter turns, translation by whole pixels up to an eighth of the side."""
    geometric: bool = True
    """Scale, rotation, anisotropic scale, translation by fractions of a pixel."""
    colour: bool = True
    """Brightness, contrast, luma inversion, hue and saturation; grey images know the first three."""
    filter: bool = False
    """Four frequency bands, made stronger or weaker."""
    noise: bool = False
    """Normal noise of a strength that is drawn for each image."""
    cutout: bool = False
    """A square of half the image's side set to grey."""


KINDS = {
    "flip": "blit",
    "turns": "blit",
    "shift": "blit",
    "scale": "geometric",
    "turn_before": "geometric",
    "stretch": "geometric",
    "turn_after": "geometric",
    "move": "geometric",
    "brightness": "colour",
    "contrast": "colour",
    "inversion": "colour",
    "hue": "colour",
    "saturation": "colour",
    "band0": "filter",
    "band1": "filter",
    "band2": "filter",
    "band3": "filter",
    "noise": "noise",
    "cutout": "cutout",
}
"""Each kind of transformation and its group, in the order in which they are applied."""
