"""Where an artifact was made: versions of the code and of its libraries, and the machine, as its manifest has them."""

import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

import fer

COMPUTING = ("numpy", "pillow", "scikit-learn", "scipy", "timm", "torch", "torch-fidelity", "torchvision")
"""Of the libraries those that numbers go through: another version may give others."""


@cache
def code_version() -> str:
    """``0.1.0``, or ``0.1.0+g1a2b3c4`` (``-dirty`` where files differ from the commit) in a git checkout."""
    checkout = Path(fer.__file__).parents[1]
    if not (checkout / ".git").exists():
        return version("fer")
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        revision = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()  # noqa: S603 - fixed arguments
    except (OSError, subprocess.SubprocessError):  # no git program, or a checkout that git does not trust
        return version("fer")
    return f"{version('fer')}+g{revision}"


@cache
def libraries() -> dict[str, str]:
    """Versions of Python and of ``COMPUTING``, by name. Nothing is imported for it."""
    return {"python": platform.python_version(), **{name: version(name) for name in COMPUTING}}


@cache
def machine() -> str:
    """The platform and the model of the CPU, such as ``Linux-6.1.0-x86_64-with-glibc2.36, Intel(R) Xeon(R) CPU``."""
    return f"{platform.platform()}, {_cpu_model()}"


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
