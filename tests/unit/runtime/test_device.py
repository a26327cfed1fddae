"""Precision and threads: measured once, remembered, and applied."""

import json
import os
from pathlib import Path

import pytest
import torch

from fer.errors import RequestError
from fer.runtime.device import (
    Numerics,
    apply_numerics,
    candidates,
    choose_numerics,
    cores_available,
    device_kind,
    measured_paces,
    pick_device,
)
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


FP32 = NumericsSpec(precision="fp32")


def test_the_fastest_is_chosen_and_then_holds_for_the_store_and_the_model(store: Store) -> None:
    first = choose_numerics(FP32, "cnn", Paces(fp32_1=100, fp32_2=180), store, "cpu")
    assert first == Numerics("cpu", "fp32", 2)
    later = Paces(fp32_1=9, fp32_2=1)
    assert choose_numerics(FP32, "cnn", later, store, "cpu") == first
    assert later.asked == []
    assert choose_numerics(FP32, "resnet18", later, store, "cpu") == Numerics("cpu", "fp32", 1)
    larger = choose_numerics(FP32, "cnn", later, store, "cpu", options={"width": 64})
    assert larger == Numerics("cpu", "fp32", 1), "another size is another network"


def test_what_is_chosen_is_recorded_with_the_paces(store: Store) -> None:
    choose_numerics(FP32, "cnn", Paces(fp32_1=100, fp32_2=180), store, "cpu")
    (key,) = (info.key for info in store.objects.list("choices/"))
    record = json.loads(store.objects.read(key))
    assert [pace["per_second"] for pace in record["paces"]] == [100, 180]


def test_another_share_of_the_cores_is_measured_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    choose_numerics(FP32, "cnn", Paces(fp32_1=1, fp32_2=9), store, "cpu")
    monkeypatch.setenv("FER_THREADS", "3")
    assert choose_numerics(FP32, "cnn", Paces(fp32_1=1, fp32_3=2), store, "cpu") == Numerics("cpu", "fp32", 3)


def test_both_precisions_and_thread_counts_are_tried_where_the_device_has_bf16() -> None:
    tried = candidates(NumericsSpec(), "cpu", 4, fast_bf16=True)
    assert [(numerics.precision, numerics.threads) for numerics in tried] == [
        ("fp32", 1),
        ("fp32", 4),
        ("bf16", 1),
        ("bf16", 4),
    ]


def test_bf16_is_not_tried_where_it_would_be_imitated() -> None:
    tried = candidates(NumericsSpec(), "cpu", 2, fast_bf16=False)
    assert {numerics.precision for numerics in tried} == {"fp32"}


def test_what_the_study_fixes_is_not_up_for_choice() -> None:
    assert candidates(NumericsSpec(precision="bf16", threads=3), "cpu", 2, fast_bf16=False) == [
        Numerics("cpu", "bf16", 3)
    ]


def test_candidates_take_turns_and_what_is_hopeless_twice_is_not_measured_again() -> None:
    tried = candidates(NumericsSpec(), "cpu", 2, fast_bf16=True)
    paces = Paces(fp32_1=100, fp32_2=180, bf16_1=3, bf16_2=150)
    assert measured_paces(tried, paces, "measure") == dict(zip(tried, (100, 180, 3, 150), strict=True))
    assert paces.asked[:4] == ["fp32_1", "fp32_2", "bf16_1", "bf16_2"]
    assert paces.asked.count("bf16_1") == 2
    assert paces.asked.count("bf16_2") == 3


def test_one_disturbed_measurement_decides_nothing() -> None:
    tried = candidates(NumericsSpec(precision="fp32"), "cpu", 2, fast_bf16=True)
    paces = iter([30.0, 180.0, 200.0, 180.0, 190.0, 180.0])
    assert list(measured_paces(tried, lambda _: next(paces), "measure").values()) == [200.0, 180.0]


def test_a_measurement_shows_its_progress_over_candidates_and_turns(
    store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer.runtime.progress.SECONDS_BETWEEN_LINES", 0.0)
    choose_numerics(FP32, "cnn", Paces(fp32_1=1, fp32_2=180), store, "cpu")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    lines = [line for line in told if "what" in line]  # the log may speak there as well
    assert {line["what"] for line in lines} == {"measure the pace of cnn"}
    # What is hopeless is passed over in the later turns, and counts as done.
    assert [line["done"] for line in lines] == [0, 1, 2, 3, 4, 5, 6, 6]
    assert {line["total"] for line in lines} == {6}


def test_fixed_numerics_are_taken_without_measuring(store: Store) -> None:
    paces = Paces()
    fixed = NumericsSpec(precision="bf16", threads=3)
    assert choose_numerics(fixed, "cnn", paces, store, "cpu") == Numerics("cpu", "bf16", 3)
    assert paces.asked == []


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


@pytest.mark.parametrize("share", ["abc", "", "0", "-1", "1.5"])
def test_a_share_that_is_no_number_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, share: str) -> None:
    monkeypatch.setenv("FER_THREADS", share)
    with pytest.raises(RequestError, match=f"^FER_THREADS={share}: is no number of threads; give .* from 1 up$"):
        cores_available()


def test_where_a_scheduler_gave_a_gpu_nothing_is_trained_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device() == "cpu"
    monkeypatch.setenv("FER_DEVICE", "auto")
    assert pick_device() == "cpu"
    monkeypatch.setenv("FER_DEVICE", "cuda")
    with pytest.raises(RequestError, match=r"^FER_DEVICE=cuda: torch can use no GPU here; see that .* its driver"):
        pick_device()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert pick_device() == "cuda"


def test_an_unknown_device_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DEVICE", "gpu")
    with pytest.raises(RequestError, match=r"^FER_DEVICE=gpu: is no device; give auto, or cuda .*$"):
        pick_device()


def test_the_kind_of_device_names_the_processor_and_its_share() -> None:
    assert device_kind("cpu").endswith("2 cores")
