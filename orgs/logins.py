"""Nobody guesses passwords: wrong ones are counted by name and address, and by address alone.

Specification (design: quality, section 4). Five wrong passwords for one name from one address lock that name
there for 15 minutes (django-axes, the settings). Who tries one password with many names never comes to five:
so after `ZHTJ_LOGIN_FAILURES_PER_ADDRESS` from one address within those 15 minutes nobody signs in from it
until the wrong ones are old. The number is far above what a school behind one address mistypes; 0 turns the
limit off, for a site whose proxies do not say whose request it is (`ZHTJ_PROXIES`).
"""

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

from orgs import audit
from orgs.models import User
from orgs.scopes import Actor


class Handler(AxesDatabaseHandler):
    """django-axes' own, and the limit of an address besides."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Of this name here; as many as lock it where the address has too many. One query more.

        `request.address_is_locked` tells the page which of the two it was.
        """
        found: int = super().get_failures(request, credentials)
        limit: int = get_failure_limit(request, credentials)
        request.address_is_locked = _has_too_many(request)  # type: ignore[attr-defined]
        return max(found, limit) if request.address_is_locked else found  # type: ignore[attr-defined]

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count it; the one that is too many for its address leaves a trail."""
        was_locked = getattr(request, "axes_locked_out", False)
        super().user_login_failed(sender, credentials, request, **kwargs)
        if not was_locked and getattr(request, "address_is_locked", False):
            after = {"address": getattr(request, "axes_ip_address", "")}
            audit.record(Actor(None), "orgs.logins_blocked", after=after)


def forgive(user: User) -> None:
    """Forget the wrong passwords of this account, wherever they were typed. Two statements."""
    reset(username=user.username)


def _has_too_many(request: HttpRequest) -> bool:
    """Have too many wrong passwords come from where this request comes from? One query."""
    most: int = settings.ZHTJ_LOGIN_FAILURES_PER_ADDRESS
    address = getattr(request, "axes_ip_address", None)
    if not most or address is None:
        return False
    recent = AccessAttempt.objects.filter(
        ip_address=address, attempt_time__gte=get_cool_off_threshold(request)
    )
    return (recent.aggregate(sum=Sum("failures_since_start"))["sum"] or 0) >= most
