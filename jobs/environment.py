"""Where libraries may leave their caches: under the temporary directory, since the root filesystem may be read-only."""

import os

from fer.runtime.scratch import scratch_place

CACHES = {
    "MPLCONFIGDIR": "matplotlib",
    "TORCH_HOME": "torch",
    "TORCHINDUCTOR_CACHE_DIR": "inductor",
    "TRITON_CACHE_DIR": "triton",
    "CUDA_CACHE_PATH": "cuda",
    "HF_HOME": "huggingface",
    "XDG_CACHE_HOME": "xdg",
}


def keep_caches_in_scratch() -> None:
    """Point every library's cache into a folder of this user's under $TMPDIR, unless a variable says otherwise.

    Raises RequestError where there is no such folder.
    """
    root = scratch_place() / f"fer-libraries-{os.getuid()}"
    for variable, name in CACHES.items():
        os.environ.setdefault(variable, str(root / name))
