"""How each expression moves a face: Ekman's action units, reduced to what can be seen at 48 pixels."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Muscles:
    """Displacements from the face at rest, in face units (the head is 2 wide) or shares; 0 is at rest."""

    brow_inner: float = 0.0
    """Inner ends of the brows; positive is up."""
    brow_outer: float = 0.0
    """Outer ends of the brows; positive is up."""
    brow_arch: float = 0.0
    """Middle of the brows above the line between their ends."""
    brow_gap: float = 0.0
    """Inner ends towards each other (negative) or apart."""
    upper_lid: float = 0.0
    """Upper lids; positive is wide open, -1 is shut."""
    lower_lid: float = 0.0
    """Lower lids; positive is pushed up by the cheeks."""
    mouth_curve: float = 0.0
    """Corners of the mouth; positive is up."""
    mouth_open: float = 0.0
    """Height of the open mouth."""
    mouth_width: float = 0.0
    """Change of the mouth's width, as a share."""
    lip_raise: float = 0.0
    """Upper lip towards the nose."""
    teeth: float = 0.0
    """How much of the open mouth is teeth, 0 to 1."""
    folds: float = 0.0
    """Folds from the nose to the mouth, 0 to 1."""
    nose_wrinkle: float = 0.0
    """Wrinkles across the bridge of the nose, 0 to 1."""
    frown: float = 0.0
    """Vertical lines between the brows, 0 to 1."""
    forehead: float = 0.0
    """Lines across the forehead, 0 to 1."""
    skew: float = 0.0
    """One corner of the mouth above the other."""


NAMES = tuple(field.name for field in fields(Muscles))

VARIANTS: dict[str, tuple[Muscles, ...]] = {
    "anger": (
        Muscles(brow_inner=-0.16, brow_outer=0.07, brow_gap=-0.08, upper_lid=-0.1, lower_lid=0.25, mouth_curve=-0.07,
                mouth_width=-0.1, frown=1.0, folds=0.2),
        Muscles(brow_inner=-0.17, brow_outer=0.08, brow_gap=-0.08, upper_lid=0.15, mouth_curve=-0.06, mouth_open=0.2,
                mouth_width=0.1, teeth=0.8, frown=1.0, folds=0.6, nose_wrinkle=0.3),
    ),
    "disgust": (
        Muscles(brow_inner=-0.1, brow_gap=-0.05, upper_lid=-0.3, lower_lid=0.35, mouth_curve=-0.08, lip_raise=0.12,
                folds=1.0, nose_wrinkle=1.0, frown=0.4),
        Muscles(brow_inner=-0.08, upper_lid=-0.3, lower_lid=0.35, mouth_curve=-0.05, mouth_open=0.16, lip_raise=0.12,
                teeth=0.5, folds=1.0, nose_wrinkle=1.0, skew=0.08),
    ),
    "fear": (
        Muscles(brow_inner=0.17, brow_outer=0.02, brow_gap=-0.04, upper_lid=0.5, mouth_curve=-0.07, mouth_open=0.2,
                mouth_width=0.15, teeth=0.5, forehead=0.7),
        Muscles(brow_inner=0.17, brow_outer=0.05, upper_lid=0.5, mouth_open=0.32, mouth_width=0.0, teeth=0.2,
                forehead=0.7),
    ),
    "happiness": (
        Muscles(brow_outer=0.02, brow_arch=0.02, upper_lid=-0.15, lower_lid=0.35, mouth_curve=0.17, mouth_width=0.3,
                folds=0.7),
        Muscles(brow_arch=0.03, upper_lid=-0.2, lower_lid=0.45, mouth_curve=0.18, mouth_open=0.24, mouth_width=0.35,
                teeth=0.9, folds=0.9),
    ),
    "sadness": (
        Muscles(brow_inner=0.13, brow_outer=-0.07, upper_lid=-0.35, mouth_curve=-0.13, mouth_width=-0.08, folds=0.3,
                frown=0.2),
        Muscles(brow_inner=0.11, brow_outer=-0.06, upper_lid=-0.6, lower_lid=0.1, mouth_curve=-0.14, mouth_open=0.06,
                folds=0.4, frown=0.3),
    ),
    "surprise": (
        Muscles(brow_inner=0.15, brow_outer=0.15, brow_arch=0.08, upper_lid=0.55, lower_lid=-0.15, mouth_open=0.46,
                mouth_width=-0.3, teeth=0.1, forehead=0.8),
        Muscles(brow_inner=0.16, brow_outer=0.14, brow_arch=0.09, upper_lid=0.5, lower_lid=-0.1, mouth_open=0.26,
                mouth_width=-0.4, forehead=0.7),
    ),
    "neutral": (Muscles(),),
}  # fmt: skip
"""Two ways to show each expression at full strength."""
