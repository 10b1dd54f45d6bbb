"""The system checks: each says its id when its fault is there, and nothing otherwise."""

import pytest

from zhtj import checks

from orgs import scopes


def ids(messages):
    return [message.id for message in messages]


def test_nothing_is_wrong_as_it_stands():
    assert checks.keys_differ() == []
    assert checks.roles_name_declared_capabilities() == []
    assert checks.handed_functions_exist() == []


def test_one_key_for_everything_is_refused(settings):
    settings.ZHTJ_FIELD_KEY = settings.SECRET_KEY
    assert ids(checks.keys_differ()) == ["zhtj.E001"]


@pytest.mark.parametrize(
    ("engine", "redis_url", "expected"),
    [
        ("django.db.backends.postgresql", "redis://127.0.0.1/0", []),
        ("django.db.backends.sqlite3", "redis://127.0.0.1/0", ["zhtj.E002"]),
        ("django.db.backends.postgresql", "", ["zhtj.W001"]),
    ],
)
def test_production_wants_real_servers(monkeypatch, settings, engine, redis_url, expected):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", engine)
    settings.REDIS_URL = redis_url
    assert ids(checks.production_has_servers()) == expected


def test_a_role_with_an_unknown_capability_is_refused(monkeypatch):
    monkeypatch.setitem(scopes.ROLES, "viewer", frozenset({"units.sea"}))
    assert ids(checks.roles_name_declared_capabilities()) == ["zhtj.E003"]


def test_a_gate_that_is_not_there_is_refused(settings):
    settings.ZHTJ_ENTRY_GATE = "progress.gate.chekc"
    assert ids(checks.handed_functions_exist()) == ["zhtj.E004"]
