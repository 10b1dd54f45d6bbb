"""`make run`: everything on one machine, started together and stopped together.

Migrates, fills the small demo when the database is empty, then starts two children: the web
server (gunicorn) and exactly one background worker with the timetable in it. Two embedded
workers would read each other's half-written message files, so a lock file keeps a second
`make run` out. If one child dies, the other is stopped and the command ends with status 1.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhtj.demo import cast
from zhtj.demo.seed import is_empty, seed_demo
from zhtj.lib import days

HOST = "127.0.0.1"
SECONDS_TO_STOP = 8


class Command(BaseCommand):
    help = "在本机启动全部服务：网页、后台进程和定时器。Ctrl-C 全部停止。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HOST, help=f"监听地址，默认 {HOST}")
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        parser.add_argument("--no-demo", action="store_true", help="不装入演示数据")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _refuse_a_taken_port(host, port)
        with ExitStack() as stack:
            stack.enter_context(_only_one())
            call_command("migrate", verbosity=0, interactive=False)
            if is_empty() and not options["no_demo"]:
                self.stdout.write("正在装入演示数据……")
                self.stdout.flush()
                seed_demo("small", seed=2018, now=days.now())
            asked = _StopAsked()
            address = f"http://{host}:{port}"
            children = {"网页": _start(_web(host, port), address), "后台进程": _start(_worker(), address)}
            stack.callback(_stop, list(children.values()))
            _wait_until_it_answers(host, port, children, asked)
            self._greet(host, port)
            self._watch(children, asked)

    def _greet(self, host: str, port: int) -> None:
        accounts = cast.present()
        self.stdout.write(f"\n智慧团建录入已启动：http://{host}:{port}/    按 Ctrl-C 停止。\n")
        if accounts:
            self.stdout.write("演示账号（用户名 / 密码）：")
        for account in accounts:
            line = f"  {account.username:<10}/ {account.password}    {account.unit_name}，{account.what_for}"
            self.stdout.write(line)
        self.stdout.flush()

    def _watch(self, children: dict[str, subprocess.Popen[bytes]], asked: "_StopAsked") -> None:
        while not asked.yes:
            for name, child in children.items():
                if child.poll() is not None:
                    raise CommandError(f"{name}意外停止（退出码 {child.returncode}），其余服务一并停止。")
            time.sleep(0.5)
        self.stdout.write("\n正在停止……")


class _StopAsked:
    """Ctrl-C and TERM as a flag: an exception that met a finaliser would be swallowed, and we would stay."""

    def __init__(self) -> None:
        self.yes = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.yes = True


def _refuse_a_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"端口 {port} 已被占用或不可用，请换一个：make run PORT=8001") from error


def _only_one() -> TextIO:
    """Hold the lock file of the embedded worker as long as the answer is open."""
    Path(settings.JOBS_DIR).mkdir(parents=True, exist_ok=True)
    file = (Path(settings.JOBS_DIR) / "worker.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise CommandError("已有一个 make run 在运行，请先停止它（Ctrl-C）。") from error
    return file


def _web(host: str, port: int) -> list[str]:
    serving = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    return ["gunicorn", "zhtj.wsgi", "--bind", f"{host}:{port}", *serving]


def _worker() -> list[str]:
    timetable = str(Path(settings.VAR_DIR) / "timetable")
    how = ["--pool", "threads", "--concurrency", "2", "--beat", "--schedule", timetable]
    return ["celery", "--app", "zhtj.celery", "--quiet", "worker", *how, "--loglevel", "WARNING"]


def _start(command: list[str], address: str) -> "subprocess.Popen[bytes]":
    """A child in a group of its own: Ctrl-C reaches this process alone, which stops all in order.

    `address`: where the pages are, printed on code sheets unless the environment says otherwise.
    """
    # In a container one is root; Celery's page about that would hide the address and the accounts.
    quiet = "ignore:You're running the worker"
    environment = {"ZHTJ_BASE_URL": address, **os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": quiet}
    return subprocess.Popen(
        [sys.executable, "-m", *command], cwd=settings.BASE_DIR, env=environment, start_new_session=True
    )


def _stop(children: list["subprocess.Popen[bytes]"]) -> None:
    """Ask each child to end; what is left of its group (a killed worker leaves its timetable) goes too."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _wait_until_it_answers(
    host: str, port: int, children: dict[str, "subprocess.Popen[bytes]"], asked: _StopAsked
) -> None:
    """Return when the web server answers a request, or at once when a child has died or a stop is asked."""
    while not asked.yes and all(child.poll() is None for child in children.values()):
        connection = HTTPConnection(host, port, timeout=20)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
