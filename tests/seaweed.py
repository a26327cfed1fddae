"""A real SeaweedFS S3 server on 127.0.0.1, for tests."""

import json
import random
import socket
import subprocess
import sysconfig
import time
from pathlib import Path

BUCKET = "tests"
ACCESS_KEY = "tester"
SECRET_KEY = "not-a-secret"
_START_SECONDS = 90


class SeaweedServer:
    """Master, volumes, filer and S3 gateway in one process, on ports of its own, with its data under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = _free_ports(8)
        self.endpoint = f"http://127.0.0.1:{self._ports[0]}"
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
        (folder / "data").mkdir()
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))

    def environment(self) -> dict[str, str]:
        """The standard variables with which any client reaches the server, whatever the user's own settings are."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self) -> None:
        """Start on the data that is there; returns once requests are answered and the bucket ``tests`` exists."""
        names = ["s3.port", "s3.port.grpc"]
        names += [f"{part}.port{suffix}" for part in ("master", "volume", "filer") for suffix in ("", ".grpc")]
        options = {
            "dir": self._folder / "data",
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "s3": "true",
            "s3.config": self._folder / "s3.json",
            "s3.autoCreateBucket": "false",
            "s3.iam": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "master.electionTimeout": "1s",  # after a restart the only master waits for it
            "master.volumeSizeLimitMB": 64,
            "master.telemetry": "false",
            "volume.max": 100,
            "volume.minFreeSpace": 0,
            **dict(zip(names, self._ports, strict=True)),
        }
        program = Path(sysconfig.get_path("scripts"), "weed")
        command = [
            str(program),
            "-logtostderr=true",
            "server",
            *(f"-{name}={value}" for name, value in options.items()),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)
        self._wait_until_ready()

    def stop(self) -> None:
        """Kill the server; what was acknowledged is on disk. No error where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            for port in self._ports:  # a killed server leaves its sockets
                for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                    path.unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        import boto3  # here, since most tests that share a conftest with this one need no boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10),
        )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                if not any(bucket["Name"] == BUCKET for bucket in client.list_buckets()["Buckets"]):
                    client.create_bucket(Bucket=BUCKET)
                client.put_object(Bucket=BUCKET, Key="ready", Body=b"yes")  # works once a volume can be assigned
            except (BotoCoreError, ClientError) as error:
                ended = self._process is None or self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    self.stop()
                    log = (self._folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"SeaweedFS did not start: {error}\n{log}") from error
                time.sleep(0.1)
            else:
                return


def _free_ports(count: int) -> list[int]:
    """Ports below those which the system hands out, so that they stay free while the server is stopped."""
    ports: list[int] = []
    for port in random.sample(range(12_000, 32_000), 1_000):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError("no free ports on 127.0.0.1")
