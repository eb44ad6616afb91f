"""`clickhouse_endpoint` as a process that a test starts, stops, and asks to misbehave."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

_PROGRAM = Path(__file__).with_name("clickhouse_endpoint.py")
_PASSWORD = "p w@ss"
START_S = 30.0


@dataclass
class Endpoint:
    """The stand-in for a server: a process on a port and a folder that outlives it."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)
    certificate: tuple[Path, Path] | None = None

    @property
    def url(self) -> str:
        scheme = "clickhouses" if self.certificate else "clickhouse"
        return f"{scheme}://wayline:p%20w%40ss@127.0.0.1:{self.port}"

    def start(self) -> None:
        words = ["--path", str(self.folder), "--port", str(self.port), "--user", "wayline", "--password", _PASSWORD]
        if self.certificate:
            words += ["--cert", str(self.certificate[0]), "--key", str(self.certificate[1])]
        self.process = subprocess.Popen([sys.executable, str(_PROGRAM), *words])
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                scheme = "https" if self.certificate else "http"
                # Whether the certificate is the right one is for a test to ask.
                httpx.get(f"{scheme}://127.0.0.1:{self.port}/ping", verify=False).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the endpoint did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=START_S)

    def misbehave(self, kind: str, match: str, times: int = 1, seconds: float = 0.0) -> None:
        params = {"kind": kind, "match": match, "times": times, "seconds": seconds}
        httpx.post(f"http://127.0.0.1:{self.port}/fault", params=params).raise_for_status()

    def faults_left(self) -> int:
        return int(httpx.get(f"http://127.0.0.1:{self.port}/faults").text)
