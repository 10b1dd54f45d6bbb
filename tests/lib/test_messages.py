"""Message files of the embedded worker: a reader finds a whole message or none."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from zhtj.celery import app, transport


def channel(folder: Path):
    conf = transport("", folder)
    connection = Connection(
        conf["broker_url"],
        transport=conf["broker_transport"],
        transport_options=conf["broker_transport_options"],
    )
    return connection.channel()


def test_a_poll_in_the_middle_of_writing_finds_nothing(tmp_path, monkeypatch):
    writing, reading = channel(tmp_path), channel(tmp_path)
    polls = []

    def poll_before(source, target, really=Path.replace):
        with pytest.raises(Empty):
            reading._get("celery")
        polls.append(source.read_text(encoding="utf-8"))
        really(source, target)

    monkeypatch.setattr(Path, "replace", poll_before)
    writing._put("celery", {"body": "中文"})
    assert len(polls) == 1 and polls[0], "all of it stands there before it gets its name"
    assert reading._get("celery") == {"body": "中文"}
    with pytest.raises(Empty):
        reading._get("celery")


def test_nothing_is_ever_seen_under_its_own_name_before_it_is_whole(tmp_path, monkeypatch):
    seen = []
    really = Path.write_text

    def look(self, text, **kwargs):
        seen.extend(path.name for path in (tmp_path / "queue").iterdir())
        done = really(self, text, **kwargs)
        seen.extend(path.name for path in (tmp_path / "queue").iterdir())
        return done

    monkeypatch.setattr(Path, "write_text", look)
    channel(tmp_path)._put("celery", {"body": "1"})
    assert seen and not [name for name in seen if name.endswith(".msg")]


def test_the_app_uses_these_files_where_there_is_no_redis(tmp_path):
    conf = transport("", tmp_path)
    assert channel(tmp_path).__class__.__module__ == "zhtj.lib.messages"
    with app.connection_for_write() as broker:
        is_redis = app.conf.broker_url.startswith("redis")
        assert is_redis or broker.transport_cls == conf["broker_transport"]


def test_a_full_disk_is_a_fault_of_the_broker_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ChannelError):
        channel(tmp_path)._put("celery", {"body": "1"})
    assert list((tmp_path / "queue").iterdir()) == []
