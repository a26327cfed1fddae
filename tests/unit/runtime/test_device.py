"""Precision and threads: measured once, remembered, and applied."""

import os
from pathlib import Path

import pytest
import torch

from fer.runtime.device import Numerics, apply_numerics, choose_numerics, cores_available, device_kind
from fer.store import Store, open_store
from fer.study import NumericsSpec


class Paces:
    """A machine with given speeds, which says how often it was asked."""

    def __init__(self, **per_second: float) -> None:
        self.per_second = per_second
        self.asked: list[str] = []

    def __call__(self, numerics: Numerics) -> float:
        name = f"{numerics.precision}_{numerics.threads}"
        self.asked.append(name)
        return self.per_second[name]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_THREADS", "2")


AUTO = NumericsSpec()


def test_the_fastest_of_precision_and_threads_is_chosen(store: Store) -> None:
    paces = Paces(fp32_1=100, fp32_2=180, bf16_1=90, bf16_2=250)
    assert choose_numerics(AUTO, "cnn", paces, store, "cpu") == Numerics("cpu", "bf16", 2)


def test_where_bf16_is_slow_it_is_not_chosen(store: Store) -> None:
    paces = Paces(fp32_1=100, fp32_2=180, bf16_1=3, bf16_2=5)
    assert choose_numerics(AUTO, "cnn", paces, store, "cpu") == Numerics("cpu", "fp32", 2)
    assert paces.asked.count("bf16_1") == 1, "what is hopeless is not measured again"


def test_what_is_chosen_once_holds_for_the_store_and_the_model(store: Store) -> None:
    first = choose_numerics(AUTO, "cnn", Paces(fp32_1=9, fp32_2=1, bf16_1=1, bf16_2=1), store, "cpu")
    later = Paces(fp32_1=1, fp32_2=9, bf16_1=1, bf16_2=1)
    assert choose_numerics(AUTO, "cnn", later, store, "cpu") == first
    assert later.asked == []
    assert choose_numerics(AUTO, "resnet18", later, store, "cpu") == Numerics("cpu", "fp32", 2)


def test_another_share_of_the_cores_is_measured_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    choose_numerics(AUTO, "cnn", Paces(fp32_1=1, fp32_2=9, bf16_1=1, bf16_2=1), store, "cpu")
    monkeypatch.setenv("FER_THREADS", "1")
    assert choose_numerics(AUTO, "cnn", Paces(fp32_1=9, bf16_1=1), store, "cpu") == Numerics("cpu", "fp32", 1)


def test_fixed_numerics_are_taken_without_measuring(store: Store) -> None:
    paces = Paces()
    fixed = NumericsSpec(precision="bf16", threads=3)
    assert choose_numerics(fixed, "cnn", paces, store, "cpu") == Numerics("cpu", "bf16", 3)
    assert paces.asked == []


def test_what_the_study_fixes_is_not_up_for_choice(store: Store) -> None:
    paces = Paces(fp32_1=1, fp32_2=2)
    assert choose_numerics(NumericsSpec(precision="fp32"), "cnn", paces, store, "cpu").precision == "fp32"


def test_numerics_are_applied(store: Store) -> None:
    before = torch.get_num_threads()
    try:
        choose_numerics(NumericsSpec(precision="fp32", threads=1), "cnn", Paces(), store, "cpu")
        assert torch.get_num_threads() == 1
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.backends.cudnn.benchmark
        apply_numerics(Numerics("cpu", "fp32", 2))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(False)


def test_without_a_share_all_cores_that_the_process_may_use_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FER_THREADS")
    assert cores_available() == len(os.sched_getaffinity(0))


def test_the_kind_of_device_names_the_processor_and_its_share() -> None:
    assert device_kind("cpu").endswith("2 cores")
