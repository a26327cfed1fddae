"""Device, precision and thread count: chosen once per store, network and kind of device, and then applied."""

import hashlib
import json
import logging
import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import torch

from fer.errors import RequestError
from fer.runtime.progress import progress
from fer.study import NumericsSpec

logger = logging.getLogger(__name__)

Precision = Literal["fp32", "bf16"]

_ROUNDS = 3
_HOPELESS = 0.6
"""A candidate that reaches less than this share of the best one's pace is measured once only."""
_FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve")
"""Instruction sets that decide which precision is fast."""
_BF16_FLAGS = ("avx512_bf16", "amx_bf16", "bf16")


class Choices(Protocol):
    """The part of a store that remembers choices; the first one holds."""

    def choice(self, key: str) -> dict[str, Any] | None:
        """What was chosen under ``key``."""

    def choose(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        """Choose ``value`` unless a choice was made; returns what holds."""


@dataclass(frozen=True)
class Numerics:
    """The arithmetic of one run: with the seed it decides every bit."""

    device: str
    """``cpu`` or ``cuda``."""
    precision: Precision
    """``fp32``, or ``bf16`` for matrix products and convolutions (autocast; weights stay fp32)."""
    threads: int
    """Threads of one operation on the CPU."""


def pick_device() -> str:
    """``cuda`` where torch can use a GPU, else ``cpu``. Which GPU is CUDA_VISIBLE_DEVICES' business.

    Raises RequestError where FER_DEVICE is ``cuda``, since a scheduler gave a GPU, and torch can use none; other values
    than that and ``auto`` are refused.
    """
    wanted = os.environ.get("FER_DEVICE", "auto")
    if wanted not in ("auto", "cuda"):
        raise RequestError(f"FER_DEVICE={wanted}: is no device; give auto, or cuda where there must be a GPU")
    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise RequestError(
            f"FER_DEVICE=cuda: torch can use no GPU here; see that there is one, that its driver knows CUDA "
            f"{torch.version.cuda}, and that containers run with NVIDIA's runtime"
        )
    return "cpu"


def cores_available() -> int:
    """This process's share of the cores: FER_THREADS where a scheduler set it, else those that it may run on.

    Raises RequestError where FER_THREADS is no number of threads.
    """
    share = os.environ.get("FER_THREADS")
    if share is not None:
        if not (share.isdecimal() and int(share) > 0):
            raise RequestError(f"FER_THREADS={share}: is no number of threads; give a whole number from 1 up")
        return int(share)
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def device_kind(device: str | None = None) -> str:
    """What makes two machines alike for speed: the GPU's name, or the processor's with its matrix units and cores."""
    if (device or pick_device()) == "cuda":
        return torch.cuda.get_device_name()
    name, flags = _processor()
    return f"{name} {' '.join(flags)} {cores_available()} cores"


def apply_numerics(numerics: Numerics) -> None:
    """Set threads and make results depend on seed and numerics alone.

    ``fp32`` means fp32: TF32 stays off, so that a GPU's figures can be compared with a processor's; whoever wants the
    GPU's matrix units takes bf16, and ``auto`` does wherever it is faster. cuDNN's benchmark mode is off, since it may
    pick another algorithm, and so other last bits, in every process.
    """
    torch.set_num_threads(numerics.threads)
    # cuBLAS reads this when it starts; without it, torch refuses its products in deterministic mode.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # The same as use_deterministic_algorithms(True), which also imports torch's compiler into every process.
    torch.set_deterministic_debug_mode("error")
    # Deterministic mode also fills every new tensor, which only helps code that reads memory it never wrote.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    torch.backends.cudnn.fp32_precision = "ieee"


def choose_numerics(
    spec: NumericsSpec,
    model: str,
    measure: Callable[[Numerics], float],
    store: Choices,
    device: str | None = None,
    *,
    options: Mapping[str, Any] | None = None,
) -> Numerics:
    """The numerics for ``model`` with ``options`` on this machine, applied.

    What ``spec`` leaves to ``auto`` is measured once: ``measure`` applies what it is given and returns a pace (images
    per second, more is better). The fastest is remembered in the store for this model with these options, kind of
    device, share of the cores and version of torch; whoever comes later, or loses a race, takes what is remembered.
    """
    device = device or pick_device()
    possible = candidates(spec, device, cores_available(), fast_bf16=has_fast_bf16(device))
    key = _key(spec, model, options or {}, device)
    if len(possible) == 1:
        numerics = possible[0]
    elif remembered := store.choice(key):
        numerics = _from(remembered)
    else:
        paces = measured_paces(possible, measure, f"measure the pace of {model}")
        best = max(possible, key=lambda candidate: paces[candidate])
        logger.info("%s: %s with %d threads is the fastest here", model, best.precision, best.threads)
        record = {
            **asdict(best),
            "kind": device_kind(device),
            "paces": [{**asdict(candidate), "per_second": round(paces[candidate], 2)} for candidate in possible],
        }
        numerics = _from(store.choose(key, record))
    apply_numerics(numerics)
    return numerics


def candidates(spec: NumericsSpec, device: str, cores: int, *, fast_bf16: bool) -> list[Numerics]:
    """What may be chosen where ``spec`` says ``auto``: fp32, bf16 where the device has it, one thread or all cores.

    A processor without instructions for bf16 imitates it, which would make a measurement of a large network a long one.
    """
    # On a GPU the processor's threads hardly matter, so they are not worth a measurement.
    threads = [spec.threads] if spec.threads != "auto" else [cores] if device == "cuda" else sorted({1, cores})
    both: list[Precision] = ["fp32", "bf16"] if fast_bf16 else ["fp32"]
    precisions = both if spec.precision == "auto" else [spec.precision]
    return [Numerics(device, precision, count) for precision in precisions for count in threads]


def has_fast_bf16(device: str) -> bool:
    """Whether the device has instructions of its own for bf16."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return any(flag in _BF16_FLAGS for flag in _processor()[1])


def measured_paces(
    candidates: Sequence[Numerics], measure: Callable[[Numerics], float], what: str
) -> dict[Numerics, float]:
    """The best pace of each candidate. They take turns, so that a busy moment of the machine does not decide.

    ``what`` names the measurement in its progress: a large network's takes minutes.
    """
    paces: dict[Numerics, float] = {}
    with progress(_ROUNDS * len(candidates), what, "measurements") as bar:
        for turn in range(_ROUNDS):
            for candidate in candidates:
                # Two slow turns, since one may be another program's doing.
                if turn < 2 or paces[candidate] >= _HOPELESS * max(paces.values()):
                    paces[candidate] = max(paces.get(candidate, 0.0), measure(candidate))
                bar.update()
    return paces


def _key(spec: NumericsSpec, model: str, options: Mapping[str, Any], device: str) -> str:
    kind = device_kind(device)
    about = f"{kind} {cores_available()} torch {torch.__version__} {spec.precision} {spec.threads} {model}"
    about += f" {json.dumps(options, sort_keys=True)}"
    digest = hashlib.sha256(about.encode()).hexdigest()[:12]
    return f"numerics/{_slug(model)}/{_slug(kind)}-{digest}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]


def _from(record: dict[str, Any]) -> Numerics:
    return Numerics(record["device"], record["precision"], record["threads"])


def _processor() -> tuple[str, list[str]]:
    """The processor's name and those of its flags that matter."""
    facts: dict[str, str] = {}
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            field, _, value = line.partition(":")
            facts.setdefault(field.strip(), value.strip())
    name = facts.get("model name") or platform.processor() or platform.machine()
    flags = set(facts.get("flags", facts.get("Features", "")).split())
    return name, [flag for flag in _FLAGS if flag in flags]
