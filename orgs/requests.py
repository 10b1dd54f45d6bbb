"""The request as a view gets it: through the door, with its scope."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from orgs.models import User
from orgs.scopes import Actor, Scope


class Request(HttpRequest):
    """What `DoorMiddleware` adds, for the type checker. Behind `@public` the user may be anonymous."""

    user: User
    scope: Scope
    actor: Actor
    htmx: HtmxDetails
