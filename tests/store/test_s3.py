"""What only a store on S3 can meet: credentials, multipart, a server that is away or ignores conditional writes."""

import threading
from pathlib import Path

import boto3
import pytest

from fer.errors import RequestError, TryAgain
from fer.store import Store, check, open_objects, open_store, refuse_unconditional
from fer.store.s3 import S3Objects
from tests.seaweed import BUCKET, SeaweedServer
from tests.store.proxy import proxy
from tests.store.publishing import DIGEST, contents, publish


@pytest.fixture
def prefix(s3_uri: str) -> str:
    """The part of the store's URI after the bucket; the environment reaches the server."""
    return s3_uri.removeprefix(f"s3://{BUCKET}/")


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "refuses the credentials .*AWS_ACCESS_KEY_ID"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "refuses the credentials .*AWS_ACCESS_KEY_ID"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no credentials; set AWS_ACCESS_KEY_ID"),
    ],
)
def test_wrong_credentials_are_one_line_and_exit_2(
    s3_uri: str, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], complaint: str, tmp_path: Path
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    objects = open_objects(s3_uri)
    for use in (
        lambda: objects.read("a"),
        lambda: objects.create("a", b""),
        lambda: objects.download("a", tmp_path / "a"),
        lambda: list(objects.list()),
    ):
        with pytest.raises(RequestError, match=complaint) as caught:
            use()
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize("uri", ["s3://no-such-bucket/store", "s3://not_A_bucket/store", "s3:///store"])
def test_a_wrong_bucket_is_one_line_and_exit_2(s3_uri: str, uri: str) -> None:
    assert s3_uri  # its environment reaches the server
    with pytest.raises(RequestError) as caught:
        open_store(uri).exists("dataset", "1")
    assert uri in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_endpoint_is_one_line_and_exit_2(s3_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "not an address")
    with pytest.raises(RequestError, match="not an address") as caught:
        open_objects(s3_uri)
    assert "\n" not in str(caught.value)


def test_a_large_file_is_sent_in_parts(s3_uri: str, prefix: str, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(40 * 1024 * 1024))
    open_objects(s3_uri).upload("large", tmp_path / "large")
    head = boto3.session.Session(region_name="us-east-1").client("s3").head_object(Bucket=BUCKET, Key=f"{prefix}/large")
    assert head["ContentLength"] == 40 * 1024 * 1024
    assert head["ETag"].endswith('-3"')


def test_a_verified_download_is_not_repeated(s3_uri: str, made: Path) -> None:
    store = open_store(s3_uri)
    manifest = publish(store, made)
    folder = store.fetch("dataset", DIGEST)
    store.objects.delete(f"{manifest.folder}/images.npz")
    assert store.fetch("dataset", DIGEST) == folder
    assert contents(folder) == contents(made)


def test_another_process_downloads_only_what_is_not_whole_in_the_cache(s3_uri: str, made: Path) -> None:
    store = open_store(s3_uri)
    manifest = publish(store, made)
    folder = store.fetch("dataset", DIGEST)
    (folder / "images.npz").write_bytes(b"damaged in the cache")
    store.objects.delete(f"{manifest.folder}/sheets/0.png")
    assert contents(open_store(s3_uri).fetch("dataset", DIGEST)) == contents(made)


def test_a_server_that_ignores_conditional_writes_is_refused(
    s3_uri: str, s3_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(s3_server.endpoint, "ignores conditions") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        objects = open_objects(s3_uri)
        for use in (lambda: refuse_unconditional(objects), lambda: check(Store(objects))):
            with pytest.raises(RequestError, match=r"ignores conditional writes \(If-None-Match") as caught:
                use()
            assert "\n" not in str(caught.value)
        assert list(objects.list()) == []


def test_a_writer_whose_answer_got_lost_finds_that_it_was_the_first(
    s3_uri: str, s3_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch, made: Path
) -> None:
    with proxy(s3_server.endpoint, "loses the first answer") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        store = open_store(s3_uri)
        manifest = publish(store, made)
        assert store.manifest("dataset", DIGEST) == manifest
        assert contents(store.fetch("dataset", DIGEST)) == contents(made)


def test_a_claim_whose_answer_got_lost_is_held(
    s3_uri: str, s3_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(s3_server.endpoint, "loses the first answer") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        store = open_store(s3_uri)
        with store.claimed("d", "a cell") as attempt:
            assert attempt.number == 1
        assert [past.state for past in store.attempts("d")] == ["done"]


@pytest.mark.slow
def test_a_server_that_stays_away_is_try_again_and_the_work_goes_on_when_it_is_back(
    s3_server: SeaweedServer, prefix: str, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(S3Objects(BUCKET, prefix, waits=(0.1, 0.2)), lease_seconds=0.4)
    publish(store, made, digest="before")
    store.checkpoints("d").save(1, {"state.json": b"{}"})

    def work() -> None:
        with store.claimed("d", "a cell"):
            s3_server.stop()
            publish(store, made)

    try:
        with pytest.raises(TryAgain, match="cannot be reached") as caught:
            work()
        assert "\n" not in str(caught.value)
        assert "the end of a cell could not be recorded" in caplog.text
        for use in (
            lambda: store.fetch("dataset", "before"),
            lambda: store.checkpoints("d").load(),
            lambda: store.attempts("d"),
            lambda: check(store),
        ):
            with pytest.raises(TryAgain):
                use()
    finally:
        s3_server.start()
    assert [attempt.state for attempt in store.attempts("d")] == ["killed"]
    with store.claimed("d", "a cell"):
        assert store.checkpoints("d").load() == (1, {"state.json": b"{}"})
        publish(store, made)
    assert contents(store.fetch("dataset", DIGEST)) == contents(made)
    assert check(store) == []


@pytest.mark.slow
def test_a_server_that_comes_back_soon_is_waited_for(s3_uri: str, s3_server: SeaweedServer, made: Path) -> None:
    store = open_store(s3_uri)
    s3_server.stop()
    restart = threading.Thread(target=s3_server.start)
    restart.start()
    try:
        publish(store, made)
    finally:
        restart.join()
    assert contents(store.fetch("dataset", DIGEST)) == contents(made)
