"""What the environment says, and what it is told when it says nonsense."""

from pathlib import Path

import pytest

from zhtj import env


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZHTJ_X", "ZHTJ_X_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_value_stands_before_a_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert env.text("ZHTJ_X", "default") == "default"
    (tmp_path / "x").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("ZHTJ_X_FILE", str(tmp_path / "x"))
    assert env.text("ZHTJ_X", "default") == "from the file"
    monkeypatch.setenv("ZHTJ_X", "value")
    assert env.text("ZHTJ_X", "default") == "value"


def test_a_file_that_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZHTJ_X_FILE", str(tmp_path / "none"))
    with pytest.raises(env.BadEnvironment, match="ZHTJ_X_FILE 指向的文件读不到"):
        env.text("ZHTJ_X")


@pytest.mark.parametrize(("said", "meant"), [("1", 1), ("60", 60), ("", 7)])
def test_a_number(monkeypatch: pytest.MonkeyPatch, said: str, meant: int) -> None:
    monkeypatch.setenv("ZHTJ_X", said)
    assert env.number("ZHTJ_X", 7) == meant


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "sixty", "６０", " "])
def test_not_a_number(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("ZHTJ_X", said)
    with pytest.raises(env.BadEnvironment, match="ZHTJ_X 应为不小于 1 的整数"):
        env.number("ZHTJ_X", 7)


def test_a_number_that_may_be_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHTJ_X", "0")
    assert env.number("ZHTJ_X", 7, least=0) == 0


@pytest.mark.parametrize(("said", "meant"), [("yes", True), ("OFF", False), ("", True)])
def test_a_flag(monkeypatch: pytest.MonkeyPatch, said: str, meant: bool) -> None:
    monkeypatch.setenv("ZHTJ_X", said)
    assert env.flag("ZHTJ_X", default=True) is meant


def test_not_a_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHTJ_X", "maybe")
    with pytest.raises(env.BadEnvironment, match="应为 1 或 0"):
        env.flag("ZHTJ_X", default=True)


def test_a_short_secret_and_none_in_production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(env.BadEnvironment, match="缺少 ZHTJ_X"):
        env.secret("ZHTJ_X", development=False, keep_in=tmp_path)
    monkeypatch.setenv("ZHTJ_X", "short")
    with pytest.raises(env.BadEnvironment, match="太短"):
        env.secret("ZHTJ_X", development=False, keep_in=tmp_path)


def test_a_development_secret_is_made_once(tmp_path: Path) -> None:
    first = env.secret("ZHTJ_X", development=True, keep_in=tmp_path)
    assert len(first) >= 32
    assert env.secret("ZHTJ_X", development=True, keep_in=tmp_path) == first


def test_an_unknown_database() -> None:
    with pytest.raises(env.BadEnvironment, match="sqlite:/// 或 postgres://"):
        env.database("mysql://root@localhost/zhtj")
