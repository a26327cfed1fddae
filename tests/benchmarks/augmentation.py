"""Two steps of augmentation against torch's own operations that do the same, on a processor, in one thread.

Both give the same and take turns in one run; a figure is torch's time over ours, the median over the turns: above 1
ours is the faster. The last line is one JSON object with the ratios.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from fer.classifiers.augment import source_places
from fer.generators.stylegan2.augment.warp import wrapped
from fer.runtime.device import Numerics, apply_numerics, device_kind

FACES, SIDE = 128, 48
"""A classifier's batch."""
IMAGES, PERIOD = 32, 124
"""A discriminator's batch of 32 px, and the period of its samples."""
REPEATS = 20


def timed(work: Callable[[], Tensor]) -> float:
    """Seconds of this process."""
    started = time.process_time()
    for _ in range(REPEATS):
        work()
    return (time.process_time() - started) / REPEATS


def main() -> None:
    """Measure both and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9, help="how often each is timed")
    turns = parser.parse_args().turns
    apply_numerics(Numerics("cpu", "fp32", 1))
    matrices = torch.randn(FACES, 2, 3)
    samples = torch.randint(-PERIOD, 2 * PERIOD, (IMAGES, PERIOD, PERIOD)).float()
    size = [FACES, 1, SIDE, SIDE]
    steps: dict[str, tuple[Callable[[], Tensor], Callable[[], Tensor]]] = {
        "places: a column's part and a row's / affine_grid": (
            lambda: source_places(matrices, SIDE),
            lambda: functional.affine_grid(matrices, size, align_corners=False),
        ),
        "wrapped: floor / remainder": (lambda: wrapped(samples, PERIOD), lambda: samples.remainder(PERIOD)),
    }
    ratios = {}
    for name, (ours, other) in steps.items():
        torch.testing.assert_close(ours(), other(), atol=1e-5, rtol=1e-4)
        taken = [(timed(ours), timed(other)) for _ in range(turns)]
        ratios[name] = round(statistics.median(b / a for a, b in taken), 2)
        print(f"{name}: torch's takes {ratios[name]} times as long")
    print(json.dumps({"kind": device_kind("cpu"), "ratios": ratios}))


if __name__ == "__main__":
    main()
