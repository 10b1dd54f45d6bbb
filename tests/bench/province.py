"""What the benches of pages share: a demo province, somebody signed in to it, an answer that counts."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from orgs.models import OrgUnit, User


def fill(size: str) -> None:
    """The demo province of this size, unless one stands there already."""
    if OrgUnit.objects.exists():
        return
    call_command("seed_demo", size=size, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def signed_in(username: str) -> Client:
    """A client through the whole middleware, without a name of the host to keep to."""
    settings.ALLOWED_HOSTS = ["*"]
    browser = Client()
    browser.force_login(User.objects.get(username=username))
    return browser


def sound(answer: Any, status: int = 200) -> None:
    """Stop the bench where the answer is another: its time would mean nothing."""
    if answer.status_code != status:
        raise RuntimeError(f"{answer.status_code} instead of {status} from {answer.request['PATH_INFO']}")
