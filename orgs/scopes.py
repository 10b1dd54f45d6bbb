"""Who may see and do what where: one scope, one predicate.

Specification (design: domain, section 3). A *grant* is a guardian object permission on one
unit and carries a role; a role is a named set of capabilities; a capability has a *reach*:
whether it holds on the granted unit itself, on its direct children, and deeper, and for
which kinds of unit. Everything a request may read is `queryset.filter(scope.q("path__"))`;
everything it may do on a unit is `scope.may(capability, unit)`. Both come from the same
table, and both look the granted unit's place up inside their own statement, so that a
renumbering of the tree between two statements can never show a foreign row.

No scope means nothing, never everything.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q, Subquery

from orgs import finding
from orgs.kinds import LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit, OrgUnitUserObjectPermission, User

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = frozenset(UnitKind.values)
NONE: frozenset[str] = frozenset()
BRANCH = frozenset({UnitKind.BRANCH.value})
LEADING = frozenset(kind.value for kind in LEADING_ORGANS)
PROVINCE = frozenset({UnitKind.PROVINCE_COMMITTEE.value})


@dataclass(frozen=True, slots=True)
class Reach:
    """Kinds of unit a capability holds on: the granted unit itself, its children, deeper ones.

    `granted` narrows on which kinds of unit the grant itself must lie.
    """

    own: frozenset[str] = ALL
    child: frozenset[str] = ALL
    deeper: frozenset[str] = ALL
    granted: frozenset[str] = ALL


EVERYWHERE = Reach()
BELOW = Reach(own=NONE, granted=ALL - BRANCH)  # a branch has nothing below: not even the door opens
PROVINCE_ONLY = Reach(granted=PROVINCE)

CAPABILITIES: dict[str, tuple[str, Reach]] = {
    "units.see": ("查看组织", EVERYWHERE),
    "progress.see": ("查看进度", EVERYWHERE),
    "members.see": ("查看团员名册", EVERYWHERE),
    "cadres.see": ("查看团干部名册", EVERYWHERE),
    "roster.print": ("打印、下载名册", EVERYWHERE),
    "members.enter": ("录入、更正团员", Reach(own=BRANCH, child=BRANCH, deeper=NONE)),
    "units.edit_card": ("完善组织信息", EVERYWHERE),
    "cadres.enter": ("录入、核对团干部", Reach(own=ALL, child=BRANCH, deeper=NONE)),
    "cadres.preload": (
        "预先导入领导机关团干部",
        Reach(own=LEADING, child=LEADING, deeper=LEADING, granted=PROVINCE),
    ),
    # Creating is asked of the superior-to-be, which may be the own unit; the rest of the unit itself.
    "units.create": ("创建下级组织", Reach(granted=ALL - BRANCH)),
    "units.manage": ("调整、撤销组织", BELOW),
    "admins.manage": ("管理下级管理员", BELOW),
    "roles.apart": ("授予省级角色和完整身份证号码权限", PROVINCE_ONLY),
    "baselines.enter": ("录入团统数", Reach(own=NONE, granted=LEADING)),
    "superior.ask": ("向上级提出申请", Reach(child=NONE, deeper=NONE, granted=ALL - PROVINCE)),
    "approvals.decide": ("审批更正与转接", BELOW),
    "supervision.run": ("约谈、调度、通知", Reach(own=NONE, granted=LEADING)),
    "campaign.settings": ("行动设置", PROVINCE_ONLY),
    "admission.settings": ("认定设置", PROVINCE_ONLY),
    "openings.decide": ("审批同步推进", PROVINCE_ONLY),
    "bulletin.publish": ("发布日通报", PROVINCE_ONLY),
    "interviews.propose": ("拟定约谈名单", PROVINCE_ONLY),
    "audit.see": ("查看审计记录", EVERYWHERE),
    "ids.reveal": ("查看完整身份证号码", EVERYWHERE),
}

_READ = ("units.see", "progress.see")

ROLES: dict[str, frozenset[str]] = {
    "unit_admin": frozenset(CAPABILITIES) - {"ids.reveal", "audit.see"},
    "provincial_staff": frozenset(
        {*_READ, "bulletin.publish", "openings.decide", "interviews.propose", "supervision.run"}
    ),
    "settings_admin": frozenset({"units.see", "campaign.settings", "admission.settings"}),
    "auditor": frozenset({"units.see", "audit.see"}),
    "viewer": frozenset(_READ),
    "ids_reveal": frozenset({"ids.reveal"}),
}
ROLE_WORDS: dict[str, str] = {str(name): str(word) for name, word in OrgUnit._meta.permissions}
ROLES_APART = frozenset(
    {"provincial_staff", "settings_admin", "ids_reveal"}
)  # only the province hands these out
ROLES_OF_PROVINCE = frozenset({"provincial_staff", "settings_admin"})  # and these stand on its own unit alone


@dataclass(frozen=True, slots=True)
class Grant:
    """One role on one unit, as read at the start of the request."""

    unit_id: int
    kind: str
    role: str

    def gives(self, capability: str) -> bool:
        return capability in ROLES[self.role] and self.kind in reach_of(capability).granted


@dataclass(frozen=True, slots=True)
class Scope:
    """What one user may see and do. `unit_id` is the unit acted for (a default, not a limit)."""

    grants: tuple[Grant, ...] = ()
    unit_id: int | None = None

    def has(self, capability: str) -> bool:
        """Does the capability hold anywhere at all? (What a door asks.)"""
        reach_of(capability)
        return any(grant.gives(capability) for grant in self.grants)

    def q(self, path: str = "", capability: str = "units.see") -> Q:
        """The predicate for rows whose unit at `path` (e.g. "branch") lies in reach. No query."""
        prefix = f"{path}__" if path else ""
        reach = reach_of(capability)
        granted = {grant.unit_id: grant.kind for grant in self.grants if grant.gives(capability)}
        parts = [part for unit_id, kind in granted.items() for part in _parts(unit_id, kind, reach, prefix)]
        return reduce(or_, parts) if parts else Q(pk__in=[])

    def is_tree(self, capability: str = "units.see") -> bool:
        """Does the capability reach a whole province? Then nearly every row is meant, and a list is best read
        in its order until the page is full; of a smaller scope the rows are best looked for. No query."""
        return any(
            grant.kind == UnitKind.PROVINCE_COMMITTEE and grant.gives(capability) for grant in self.grants
        )

    def may(self, capability: str, unit: OrgUnit) -> bool:
        """Does the capability hold on `unit`, where it stands now? One query."""
        return bool(OrgUnit.objects.filter(self.q(capability=capability), pk=unit.pk).exists())

    def require(self, capability: str, unit: OrgUnit) -> None:
        """Raise PermissionDenied (403) unless `may`; the sentence names what is missing."""
        if not self.may(capability, unit):
            raise self.refusal(capability, unit)

    def refusal(self, capability: str, unit: OrgUnit) -> PermissionDenied:
        """The 403 that says what is missing on `unit`, and who can give it."""
        return PermissionDenied(
            f"您没有在“{unit.short_name}”{CAPABILITIES[capability][0]}的权限，"
            f"请联系上级{finding.superior_of(self.unit_id) or '团组织'}管理员。"
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, with what scope, through which door. The first argument of every write."""

    user: User | None
    scope: Scope = field(default_factory=Scope)
    door: str = "page"  # page, api, import, command, task


NOTHING = Scope()


def reach_of(capability: str) -> Reach:
    """Raises KeyError for a capability that is not in the registry."""
    return CAPABILITIES[capability][1]


def capability_words(role: str) -> list[str]:
    """What a role may do, in words. Raises KeyError for an unknown one."""
    return [words for name, (words, _) in CAPABILITIES.items() if name in ROLES[role]]


def scope_of(user: User) -> Scope:
    """The scope behind a user's grants. One query."""
    if not user.is_authenticated or not user.is_active:
        return NOTHING
    rows = (
        OrgUnitUserObjectPermission.objects.filter(user=user)
        .order_by("id")
        .values_list("content_object_id", "content_object__kind", "permission__codename")
    )
    grants = tuple(Grant(unit_id, kind, role) for unit_id, kind, role in rows)
    held = [grant.unit_id for grant in grants]
    acting = user.acting_unit_id if user.acting_unit_id in held else (held[0] if held else None)
    return Scope(grants, acting)


def actor_for(user: User, door: str = "page") -> Actor:
    """The actor behind a signed-in user. One query."""
    return Actor(user, scope_of(user), door)


def _parts(unit_id: int, kind: str, reach: Reach, prefix: str) -> "Iterator[Q]":
    """The alternatives by which a unit lies in reach of a grant on `unit_id`, a unit of that kind."""
    if reach.child == reach.deeper and reach.child and reach.own in (NONE, reach.child):
        yield _inside(unit_id, kind, prefix, with_own=bool(reach.own)) & _of_kinds(reach.child, prefix)
        return
    if reach.own:
        yield Q(**{f"{prefix}pk": unit_id}) & _of_kinds(reach.own, prefix)
    if reach.child:
        yield Q(**{f"{prefix}parent": unit_id}) & _of_kinds(reach.child, prefix)
    if reach.deeper:
        deeper = _inside(unit_id, kind, prefix, with_own=False) & _of_kinds(reach.deeper, prefix)
        yield deeper & ~Q(**{f"{prefix}parent": unit_id})


def _inside(unit_id: int, kind: str, prefix: str, *, with_own: bool) -> Q:
    """The sub-tree of a unit. Of a province, which nothing stands above, that is its tree: said so,
    PostgreSQL knows that nearly all rows are meant. Bounds it learns only from a subquery it takes for one
    row of 200, and joins and sorts a whole province for a page of fifty (docs/decisions/0020).
    """
    anchor = OrgUnit.objects.filter(pk=unit_id).order_by()
    tree = Q(**{f"{prefix}tree_id": Subquery(anchor.values("tree_id"))})
    if kind == UnitKind.PROVINCE_COMMITTEE:
        return tree if with_own else tree & Q(**{f"{prefix}parent__isnull": False})
    lower = "lft__gte" if with_own else "lft__gt"
    return tree & Q(
        **{
            f"{prefix}{lower}": Subquery(anchor.values("lft")),
            f"{prefix}lft__lt": Subquery(anchor.values("rght")),
        }
    )


def _of_kinds(kinds: frozenset[str], prefix: str) -> Q:
    return Q() if kinds == ALL else Q(**{f"{prefix}kind__in": sorted(kinds)})
