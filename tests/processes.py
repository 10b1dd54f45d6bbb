"""The program's own processes for tests: each with a log, ended with everything it started."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 90
SECONDS_TO_END = 15


def free_port() -> int:
    """A port nobody listens on this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def python(
    arguments: list[str], environment: Mapping[str, str], log: Path, *, to_end: float = SECONDS_TO_END
) -> Iterator[subprocess.Popen[bytes]]:
    """`python ARGUMENTS` in the project's folder. Afterwards it is asked to end and given `to_end` seconds;
    then it and all it started are killed. 0: killed at once, as a machine dies."""
    with log.open("w") as output:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            if to_end:
                child.terminate()
                with suppress(subprocess.TimeoutExpired):
                    child.wait(to_end)
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def answering(
    arguments: list[str],
    environment: Mapping[str, str],
    log: Path,
    port: int,
    *,
    to_end: float = SECONDS_TO_END,
) -> Iterator[str]:
    """The same for what serves on `port`: its address, as soon as it answers."""
    address = f"http://127.0.0.1:{port}"
    with python(arguments, environment, log, to_end=to_end) as child:
        _await_answer(address, child, log)
        yield address


def gunicorn(port: int, threads: int) -> list[str]:
    """The web server as the README starts it by hand, on one port of this machine."""
    serving = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", str(threads)]
    return ["-m", "gunicorn", "zhtj.wsgi", *serving]


def _await_answer(address: str, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise AssertionError(f"the program ended while starting:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the program did not answer in {SECONDS_TO_START} s:\n{log.read_text()}")
