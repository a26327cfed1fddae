"""Precision, recall, density and coverage of samples by neighbourhoods of features."""

import numpy as np

from fer.metrics.frechet import Features
from fer.metrics.neighbours import distance_blocks, distance_to_kth

NEAREST = 5
"""Neighbours that span a neighbourhood, for all four, as Naeem et al. 2020 publish density and coverage and as the
package ``prdc`` shows all of them; precision and recall were first published with 3."""


class Manifold:
    """The real side, whose neighbourhoods are found once for any number of others."""

    def __init__(self, features: Features) -> None:
        """``features`` (n, d) of real images, n > NEAREST."""
        self._features = features
        self._radii = distance_to_kth(features, NEAREST)

    def measure(self, features: Features) -> dict[str, float]:
        """What share of samples' ``features`` (m, d), m > NEAREST, lies among real ones, and the reverse.

        A neighbourhood is the open ball around an image up to its NEAREST-th neighbour of the same side.
        ``precision``: share of samples within any real neighbourhood; ``recall``: share of real images within any
        neighbourhood of samples (Kynkäänniemi et al. 2019, arXiv 1904.06991). ``density``: how many real neighbourhoods
        hold a sample, on average, over NEAREST, which may exceed 1; ``coverage``: share of real images whose own
        neighbourhood holds a sample (Naeem et al. 2020, arXiv 2002.09797).

        ``density_error`` and ``coverage_error`` are standard errors, for other samples beside these real images: of a
        mean over samples, and the jackknife's, which leaves out each sample in turn (Arvesen 1969, Ann. Math. Statist.
        40, 2076). The second is 1 to 1.5 times the deviation of hundreds of samples, and means little on few. Precision
        and recall are shares of images that do not move the neighbourhoods which they are looked for in, so that their
        errors follow from their numbers.
        """
        radii = distance_to_kth(features, NEAREST)
        held = np.zeros(len(features), dtype=np.int64)
        only = np.zeros(len(features), dtype=np.int64)  # real images that are covered by this sample alone
        reached = covered = 0
        for block, distances in distance_blocks(self._features, features):
            within = distances < self._radii[block, None]
            held += within.sum(axis=0)
            reached += int((distances < radii).any(axis=1).sum())
            covered += int(within.any(axis=1).sum())
            only += within[within.sum(axis=1) == 1].sum(axis=0)
        return {
            "precision": float((held > 0).mean()),
            "recall": reached / len(self._features),
            "density": float(held.mean() / NEAREST),
            "density_error": float(held.std(ddof=1) / NEAREST / np.sqrt(len(held))),
            "coverage": covered / len(self._features),
            "coverage_error": float(np.sqrt((len(only) - 1) * only.var()) / len(self._features)),
        }
