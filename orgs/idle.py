"""A session left alone ends: who walks away from a shared computer is signed out.

The moment of the last request is kept in the session and rewritten only when it is a few minutes
old, so that reading pages does not make every request a writer. Before the first rewriting the
moment of the log-in counts. Only what a person does counts: a fragment that asks for itself again, such as
the progress of an import, says so (`BY_ITSELF`), and a page left open overnight is over like any other.
"""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse

from zhtj.lib import days

KEY = "seen_at"
GRAIN = dt.timedelta(minutes=5)
BY_ITSELF = "X-By-Itself"  # sent with what a page asks for with nobody at it


class IdleMiddleware:
    """Signs out an account silent for ZHTJ_IDLE_MINUTES. The door then asks to sign in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if auth.SESSION_KEY in request.session:
            self._look(request, days.now())
        return self.get_response(request)

    def _look(self, request: HttpRequest, now: dt.datetime) -> None:
        kept = request.session.get(KEY)
        seen = dt.datetime.fromisoformat(kept) if kept else getattr(request.user, "last_login", None)
        if seen is not None and now - seen > dt.timedelta(minutes=settings.ZHTJ_IDLE_MINUTES):
            auth.logout(request)
            messages.info(
                request, f"您已超过 {settings.ZHTJ_IDLE_MINUTES} 分钟没有操作，为安全起见请重新登录。"
            )
        elif BY_ITSELF not in request.headers and (seen is None or now - seen > GRAIN):
            request.session[KEY] = now.isoformat()
