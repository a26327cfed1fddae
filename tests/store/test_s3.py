"""What only a store on S3 can meet: credentials, multipart, a server that is away or ignores conditional writes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest

from fer.errors import RequestError, TryAgain
from fer.store import Store, check, fetch_uri, open_objects, open_store, refuse_unconditional
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


@pytest.mark.parametrize("uri", ["s3://no-such-bucket/store", "s3://not_A_bucket/store", "s3:///store", "s3://"])
def test_a_wrong_bucket_is_one_line_and_exit_2(s3_uri: str, uri: str) -> None:
    assert s3_uri  # its environment reaches the server
    with pytest.raises(RequestError, match="bucket") as caught:
        open_store(uri).exists("dataset", "1")
    assert uri in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_endpoint_is_one_line_and_exit_2(s3_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "not an address")
    with pytest.raises(RequestError, match="not an address") as caught:
        open_objects(s3_uri)
    assert "\n" not in str(caught.value)


PAGES = [
    (404, b"", "text/plain"),
    (404, b"<html><body>Not here<br></body></html>", "text/html"),
    (200, b"<!doctype html><html><body>Welcome<br></body></html>", "text/html"),
    (200, b"<html><body>Well formed</body></html>", "text/html"),
]


@pytest.mark.parametrize(("status", "body", "content"), PAGES)
def test_an_endpoint_that_is_no_s3_server_is_one_line_and_exit_2(
    s3_uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, body: bytes, content: str
) -> None:
    with web_server(status, body, content) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        store = open_store(s3_uri)
        uses: list[Callable[[], object]] = [
            lambda: store.exists("dataset", "1"),
            lambda: store.read_ref("sources/1"),
            lambda: list(store.objects.list()),
            lambda: store.objects.create("a", b""),
            lambda: refuse_unconditional(store.objects),
        ]
        if status == 404:  # else the page is fetched, and refused as what it is not
            uses.append(lambda: fetch_uri(f"{s3_uri}/fer.zip", tmp_path / "into"))
        for use in uses:
            with pytest.raises(RequestError, match=f"{endpoint} does not answer as an S3 server") as caught:
                use()
            assert "\n" not in str(caught.value)


@contextmanager
def web_server(status: int, body: bytes, content: str) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", content)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_DELETE = do_POST = do_HEAD = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


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
