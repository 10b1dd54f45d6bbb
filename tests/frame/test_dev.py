"""`make run`: one command starts web, worker and timetable, and stops them all."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.processes import ROOT, free_port

PATIENCE = 60  # seconds until the address is printed, database and demo included


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A machine that has never run the application: nothing set but where its files may lie.
    Whoever starts it second finds the database made."""
    folder = tmp_path_factory.mktemp("machine")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/app.sqlite3",
        "ZHTJ_VAR_DIR": str(folder / "var"),
    }


def start(environment, port, *more):
    command = [sys.executable, "manage.py", "dev", "--port", str(port), *more]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def read_until(process, wanted):
    deadline = time.monotonic() + PATIENCE
    lines = []
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        lines.append(line)
        if wanted in line or not line:
            break
    return "".join(lines)


@pytest.mark.sqlite
def test_it_serves_shows_the_accounts_and_stops_everything(environment):
    port = free_port()
    process = start(environment, port)
    try:
        shown = read_until(process, "viewer")
        assert f"http://127.0.0.1:{port}/" in shown
        assert "branch" in shown and "zhtj-2018" in shown
        answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=10)
        assert "登录" in answer.read().decode()
        served = Path(f"/proc/{children(process.pid)[0]}/environ").read_bytes()
        assert f"ZHTJ_BASE_URL=http://127.0.0.1:{port}\0".encode() in served, "printed on code sheets"
        assert len(children(process.pid)) == 2

        refused = subprocess.run(
            [sys.executable, "manage.py", "dev", "--port", str(free_port())],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert refused.returncode == 1
        assert "已有一个 make run 在运行" in refused.stderr
    finally:
        under = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert not [pid for pid in under if alive(pid)]


@pytest.mark.sqlite
def test_when_a_part_dies_the_rest_is_stopped_and_it_says_so(environment):
    process = start(environment, free_port(), "--no-demo")
    try:
        read_until(process, "按 Ctrl-C 停止")
        web, worker = children(process.pid)
        timetable = children(worker)
        os.kill(worker, signal.SIGKILL)
        assert process.wait(60) == 1
        assert timetable, "the worker runs it in a process of its own"
        assert not [pid for pid in (web, *timetable) if alive(pid)]
    finally:
        process.kill()


@pytest.mark.sqlite
def test_a_taken_port_gets_a_sentence(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "manage.py", "dev", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr


def children(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def alive(pid):
    """Neither gone nor a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
