"""The scene of the progress room, and its day as a published bulletin."""

import pytest

from orgs.scopes import actor_for
from progress.actions import publish_bulletin
from progress.models import Bulletin

from tests.progress.conftest import Scene, empty_scene, scene

__all__ = ["Scene", "empty_scene", "scene"]


@pytest.fixture
def done(scene: Scene) -> Bulletin:
    """Computed, sound, waiting for the province."""
    return scene.compute()


@pytest.fixture
def published(scene: Scene, done: Bulletin) -> Bulletin:
    return publish_bulletin(actor_for(scene.cast.staff), bulletin=done)
