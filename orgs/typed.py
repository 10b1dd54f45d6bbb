"""Typed text survives an ended session, with or without script.

A form sent after its session has ended meets the door and goes to the log-in page. What was typed lies
sealed in the new, anonymous session (it may hold a national id) and is handed to the same page once the
same person has signed in; anybody else signing in never gets it. It goes with the session.
"""

import base64
import json

from django.http import HttpRequest

from zhtj.lib import crypto

from orgs.requests import Request

KEY = "typed"
BY = "typed_by"  # the hidden field that says whose form it was
MOST_FIELDS, LONGEST = 60, 500
_NEVER = {"csrfmiddlewaretoken", BY}


def keep(request: HttpRequest) -> None:
    """Put what was typed aside. For the door, before it sends to the log-in page."""
    names = [name for name in request.POST if name not in _NEVER][:MOST_FIELDS]
    typed = {name: request.POST[name][:LONGEST] for name in names}
    sealed = crypto.seal(json.dumps(typed))
    request.session[KEY] = {
        "path": request.path,
        "by": request.POST.get(BY, "")[:20],
        "sealed": base64.b64encode(sealed).decode(),
    }


def take(request: Request) -> dict[str, str]:
    """What this person typed into this very page before signing in; {} if nothing waits. Once."""
    kept = request.session.get(KEY)
    if not kept or kept["path"] != request.path:
        return {}
    del request.session[KEY]
    if kept["by"] != str(request.user.pk):
        return {}
    typed: dict[str, str] = json.loads(crypto.unseal(base64.b64decode(kept["sealed"])))
    return typed
