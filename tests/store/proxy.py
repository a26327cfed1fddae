"""A proxy in front of an S3 server that passes requests on, except for one fault."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from tests.seaweed import ACCESS_KEY, SECRET_KEY

Fault = Literal["ignores conditions", "loses the first answer"]


@contextmanager
def proxy(endpoint: str, fault: Fault) -> Iterator[str]:
    """Run a proxy in front of ``endpoint`` and give its address.

    "ignores conditions": ``If-None-Match`` is dropped, as by a server that does not know it.
    "loses the first answer": the first conditional write is done, but its connection breaks before the answer.
    """
    session = URLLib3Session()
    answer_to_lose = threading.Event()
    if fault == "loses the first answer":
        answer_to_lose.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            conditional = "If-None-Match" in self.headers
            headers = {}
            if conditional and fault != "ignores conditions":
                headers["If-None-Match"] = self.headers["If-None-Match"]
            # The client's signature covers the headers and the host's name, so that the request has to be signed anew.
            request = AWSRequest(method=self.command, url=f"{endpoint}{self.path}", data=body, headers=headers)
            S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1").add_auth(request)
            response = session.send(request.prepare())
            if conditional and answer_to_lose.is_set():
                answer_to_lose.clear()
                self.close_connection = True
                return
            self.send_response(response.status_code)
            for name in ("Content-Type", "ETag", "Last-Modified"):
                if name in response.headers:
                    self.send_header(name, response.headers[name])
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        do_GET = do_PUT = do_DELETE = do_POST = _pass_on  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
