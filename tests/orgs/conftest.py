"""What the tests of this room share."""

import pytest

from orgs import numbering
from orgs.kinds import UnitKind


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree with hardly any room, so that every few births somebody must make some."""
    squeeze(monkeypatch)


def squeeze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "ROOT_WIDTH", 64)
    monkeypatch.setattr(numbering, "LEAST", 8)
    monkeypatch.setattr(numbering, "WIDTHS", dict.fromkeys(UnitKind, 8) | {UnitKind.BRANCH: 2})
