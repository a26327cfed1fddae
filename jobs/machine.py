"""What this machine has to share out between workers: cores and GPUs. Found without torch."""

import os
from pathlib import Path

from fer.study import Study


def cores() -> int:
    """The CPU cores that this process may use."""
    return max(1, len(os.sched_getaffinity(0)))


def gpus() -> list[str]:
    """The NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name.strip() for name in visible.split(",") if name.strip() not in ("", "-1")]
    return [str(index) for index, _ in enumerate(sorted(Path("/dev").glob("nvidia[0-9]*")))]


def default_workers(study: Study) -> int:
    """One worker per GPU; on CPUs as many as the study's fixed number of threads leaves room for, else one."""
    found = gpus()
    if found:
        return len(found)
    threads = study.numerics.threads
    return 1 if threads == "auto" else max(1, cores() // threads)


def environments(workers: int) -> list[dict[str, str]]:
    """Each worker's share: threads, a GPU (several workers share one where there are fewer), a line of the terminal."""
    threads, found = max(1, cores() // workers), gpus()
    shares = []
    for index in range(workers):
        share = {"FER_THREADS": str(threads), "FER_BAR_POSITION": str(index + 1)}
        if found:
            share["CUDA_VISIBLE_DEVICES"] = found[index % len(found)]
        shares.append(share)
    return shares
