"""Reading the environment: every value has a working default for development, a bad one fails loudly."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class BadEnvironment(SystemExit):
    """The process cannot start; the sentence says which variable and what it should hold."""


def text(name: str, default: str = "") -> str:
    """`name`, or the content of the file that `name_FILE` names, or `default`."""
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadEnvironment(f"{name}_FILE 指向的文件读不到：{error}") from error
    return default


def flag(name: str, default: bool) -> bool:
    value = text(name)
    if not value:
        return default
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise BadEnvironment(f"{name} 应为 1 或 0，现为“{value}”。")


def number(name: str, default: int, *, least: int = 1) -> int:
    """`name` as a whole number from `least`, or `default`."""
    value = text(name) or str(default)
    if value.isascii() and value.isdigit() and int(value) >= least:
        return int(value)
    raise BadEnvironment(f"{name} 应为不小于 {least} 的整数，现为“{value}”。")


def words(name: str, default: list[str]) -> list[str]:
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def secret(name: str, *, development: bool, keep_in: Path) -> str:
    """The secret `name`; in development one is made once and kept under `keep_in`."""
    value = text(name)
    if value:
        if len(value) < 32:
            raise BadEnvironment(f"{name} 太短：至少 32 个字符。")
        return value
    if not development:
        raise BadEnvironment(f"缺少 {name}：生产环境必须设置（或用 {name}_FILE 指向存放它的文件）。")
    path = keep_in / f"{name.lower()}.txt"
    try:
        keep_in.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8")


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for `sqlite:///path` or `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            # Measured: with Django's defaults 7 of 8 writers fail with "database is locked".
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise BadEnvironment(f"DATABASE_URL 应以 sqlite:/// 或 postgres:// 开头，现为“{parts.scheme}://…”。")
