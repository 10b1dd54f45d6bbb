"""System checks with stable ids, run by every `manage.py` command and by `make check`.

zhtj.E001  the field key is the secret key: one leak would open both
zhtj.E002  SQLite in production without saying so
zhtj.E003  a role names a capability that is not declared
zhtj.E004  a function that the settings hand to a room cannot be imported
zhtj.W001  no Redis in production: the embedded worker serves one machine only
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string

from orgs.scopes import CAPABILITIES, ROLES


@register(Tags.security)
def keys_differ(**kwargs: Any) -> list[CheckMessage]:
    if settings.ZHTJ_FIELD_KEY == settings.SECRET_KEY:
        hint = "Give ZHTJ_FIELD_KEY a value of its own."
        return [Error("ZHTJ_FIELD_KEY equals ZHTJ_SECRET_KEY.", hint=hint, id="zhtj.E001")]
    return []


@register(Tags.security, deploy=True)
def production_has_servers(**kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        hint = "Set DATABASE_URL=postgres://… (SQLite is promised for four users at once)."
        messages.append(Error("Production on SQLite.", hint=hint, id="zhtj.E002"))
    if not settings.REDIS_URL:
        hint = "Set REDIS_URL and start `celery -A zhtj.celery worker` and `beat`."
        messages.append(Warning("Production without Redis.", hint=hint, id="zhtj.W001"))
    return messages


@register()
def roles_name_declared_capabilities(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"Role {role} names unknown capabilities: {sorted(unknown)}.", id="zhtj.E003")
        for role, names in ROLES.items()
        if (unknown := names - set(CAPABILITIES))
    ]


HANDED = (
    "ZHTJ_ENTRY_GATE",
    "ZHTJ_PERSON_HOMES",
    "ZHTJ_CADRE_DEADLINES",
    "ZHTJ_UNIT_OCCUPANTS",
    "ZHTJ_DOMAIN_FOLLOWER",
)


@register()
def handed_functions_exist(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in HANDED:
        try:
            import_string(getattr(settings, name))
        except ImportError as error:
            found.append(Error(f"{name}: {error}", id="zhtj.E004"))
    return found
