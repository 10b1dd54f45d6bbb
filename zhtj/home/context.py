"""What every page's frame shows: the menu, the unit acted for, the help line.

Everything that needs the database is lazy: a fragment or an error page that shows no
frame costs no query.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from zhtj.demo import cast

from orgs import queries
from orgs.models import OrgUnit
from orgs.scopes import NOTHING, Scope
from progress.queries import help_line


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; shown to whoever holds one of `capabilities` somewhere."""

    label: str
    url_name: str
    icon: str
    prefix: str  # of the paths this entry stands for
    capabilities: tuple[str, ...] = ()
    url: str = ""
    is_here: bool = False


IMPORTS = ("members.enter", "cadres.enter", "units.create", "baselines.enter")
MENU = (
    Entry("工作台", "home", "home", "/"),
    Entry("组织", "unit_list", "units", "/units/", ("units.see",)),
    Entry("团员", "member_list", "members", "/members/", ("members.see",)),
    Entry("团干部", "cadre_list", "cadres", "/cadres/", ("cadres.see",)),
    Entry("导入", "import_list", "imports", "/imports/", IMPORTS),
    Entry("进度", "bulletin_latest", "progress", "/progress/", ("progress.see",)),
    Entry("审计", "audit_list", "settings", "/audit/", ("audit.see",)),
    Entry("规则说明", "rules", "rules", "/rules/"),
)


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor of `base.html`. One query, made only where the frame is drawn."""
    scope = getattr(request, "scope", NOTHING)
    held: Any = SimpleLazyObject(lambda: list(_held(scope)))
    return {
        "menu": menu_for(scope, request.path),
        "units_held": held,
        "acting_unit": SimpleLazyObject(lambda: _acting(held, scope)),
        "help_line": SimpleLazyObject(lambda: _help_line(held)),
        "demo_cast": SimpleLazyObject(_demo_cast),
    }


def menu_for(scope: Scope, path: str) -> list[Entry]:
    """The entries this scope may use; the one `path` lies under is marked. No query."""
    shown = []
    for entry in MENU:
        if entry.capabilities and not any(scope.has(name) for name in entry.capabilities):
            continue
        is_here = path == "/" if entry.prefix == "/" else path.startswith(entry.prefix)
        shown.append(replace(entry, url=reverse(entry.url_name), is_here=is_here))
    return shown


def _held(scope: Scope) -> QuerySet[OrgUnit]:
    """The units this account has grants on. One query."""
    ids = {grant.unit_id for grant in scope.grants}
    held = queries.units(scope).filter(pk__in=ids).select_related("parent")
    return held.annotate(help_line=help_line())


def _help_line(held: Any) -> str:
    """What the province states for its running campaign, else the setting."""
    stated = (unit.help_line for unit in held)
    return next(filter(None, stated), settings.ZHTJ_HELP_LINE)


def _demo_cast() -> list[cast.Account]:
    """Who may be signed in as with one click, for the log-in page in development."""
    return cast.present() if settings.ZHTJ_DEMO_LOGIN else []


def _acting(held: list[OrgUnit], scope: Scope) -> OrgUnit | None:
    return next((unit for unit in held if unit.pk == scope.unit_id), None)
