"""The harness of stages, with a stage that does next to nothing."""

import signal
from pathlib import Path

import pytest

from fer.errors import RequestError, Stopped, TryAgain
from fer.recipes import Recipe
from fer.runtime.signals import StopFlag
from fer.runtime.work import Work
from fer.store import ClaimedElsewhere, Store, open_store
from jobs.stage import CPU, Stopwatch, TimedCheckpoints, run_stage, stopping_at_once
from tests.commands import kept_signals
from tests.seaweed import SeaweedServer
from tests.store.proxy import proxy

RECIPE = Recipe(stage="train", revision=1, params={}, inputs={})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def write_file(work: Work) -> str:
    (work.folder / "result.txt").write_text("42")
    return CPU


def test_what_is_made_is_published_with_its_recipe_and_cost(store: Store) -> None:
    made = run_stage(store, RECIPE, "a cell", write_file, StopFlag())
    manifest = store.manifest("cell", RECIPE.digest)
    assert made.here
    assert manifest is not None
    assert manifest.recipe == RECIPE.model_dump(mode="json")
    assert list(manifest.files) == ["result.txt"]
    assert manifest.device == CPU
    assert manifest.wall_seconds > 0
    assert [attempt.state for attempt in store.attempts(RECIPE.digest)] == ["done"]


def test_what_exists_is_not_made_again(store: Store) -> None:
    run_stage(store, RECIPE, "a cell", write_file, StopFlag())

    def never(_: Work) -> str:
        raise AssertionError("made again")

    assert not run_stage(store, RECIPE, "a cell", never, StopFlag()).here
    assert len(store.attempts(RECIPE.digest)) == 1


def test_what_another_process_makes_is_left_to_it(store: Store) -> None:
    with store.claimed(RECIPE.digest, "a cell"), pytest.raises(ClaimedElsewhere):
        run_stage(store, RECIPE, "a cell", write_file, StopFlag())


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (RequestError("the weights do not fit"), "failed", "the weights do not fit"),
        (ZeroDivisionError("oh"), "failed", "ZeroDivisionError: oh"),
        (Stopped("stopped"), "stopped", "stopped"),
    ],
)
def test_an_attempt_that_ends_badly_is_recorded_and_publishes_nothing(
    store: Store, error: Exception, state: str, reason: str
) -> None:
    def fail(work: Work) -> str:
        write_file(work)
        raise error

    with pytest.raises(type(error)):
        run_stage(store, RECIPE, "a cell", fail, StopFlag())
    (attempt,) = store.attempts(RECIPE.digest)
    assert (attempt.state, attempt.reason) == (state, reason)
    assert not store.exists("cell", RECIPE.digest)


def test_checkpoints_go_once_the_artifact_is_published(store: Store) -> None:
    def make(work: Work) -> str:
        work.checkpoints.save(1, {"state": b"1"})
        return write_file(work)

    run_stage(store, RECIPE, "a cell", make, StopFlag())
    assert store.checkpoints(RECIPE.digest).load() is None


def test_the_cost_of_an_artifact_includes_attempts_that_were_interrupted(store: Store) -> None:
    plain = store.checkpoints(RECIPE.digest)
    watch = Stopwatch()
    watch.go_on_from({"wall": 1000.0, "cpu": 1500.0})  # an attempt that has been at it for long
    TimedCheckpoints(plain, RECIPE.digest, watch).save(3, {"state": b"3"})

    def go_on(work: Work) -> str:
        assert work.checkpoints.load() == (3, {"state": b"3"})
        return write_file(work)

    run_stage(store, RECIPE, "a cell", go_on, StopFlag())
    manifest = store.manifest("cell", RECIPE.digest)
    assert manifest is not None
    assert 1000 <= manifest.wall_seconds < 1010
    assert 1500 <= manifest.device_seconds < 1510


def test_the_scratch_folder_is_under_tmpdir_and_does_not_stay(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    seen: list[Path] = []

    def make(work: Work) -> str:
        seen.append(work.folder)
        return write_file(work)

    run_stage(store, RECIPE, "a cell", make, StopFlag())
    assert seen[0].parent == tmp_path / "scratch"
    assert not list((tmp_path / "scratch").iterdir())


def test_a_full_scratch_folder_asks_to_be_tried_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fill(work: Work) -> str:
        (work.folder / "result").symlink_to("/dev/full")
        (work.folder / "result").write_text("42")
        return CPU

    with pytest.raises(TryAgain, match=f"^the scratch folder {tmp_path} is full; free space, or let .TMPDIR name"):
        run_stage(store, RECIPE, "a cell", fill, StopFlag())
    assert [attempt.state for attempt in store.attempts(RECIPE.digest)] == ["failed"]


def test_without_a_place_for_scratch_folders_the_stage_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(RequestError, match=r"^no scratch folder can be made .*; let \$TMPDIR name a place that can$"):
        run_stage(store, RECIPE, "a cell", write_file, StopFlag())


def test_the_first_signal_is_the_reason_that_is_told() -> None:
    stop = StopFlag()
    with kept_signals():
        stop.install()
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
    with pytest.raises(Stopped, match=r"^stopped by SIGINT; "):
        stop.check()


def test_within_a_block_that_saves_nothing_a_signal_stops_by_itself_and_afterwards_as_before() -> None:
    with kept_signals():
        stop = StopFlag()
        stop.install()
        before = signal.getsignal(signal.SIGTERM)
        with stopping_at_once(stop):
            pass
        assert signal.getsignal(signal.SIGTERM) == before
        with pytest.raises(Stopped, match="stopped by SIGTERM"), stopping_at_once(stop):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped), stopping_at_once(stop):
            raise AssertionError("begun, although a stop had been asked for")


def test_on_a_server_that_ignores_conditional_writes_nothing_is_made(
    s3_uri: str, s3_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: Work) -> str:
        raise AssertionError("made")

    with proxy(s3_server.endpoint, "ignores conditions") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        store = open_store(s3_uri)
        for _ in range(2):
            with pytest.raises(RequestError, match="ignores conditional writes"):
                run_stage(store, RECIPE, "a cell", never, StopFlag())
        assert list(store.objects.list()) == []
