"""Who administers a unit and who holds another role on it; stepping down."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from guardian.shortcuts import remove_perm

from zhtj.lib import words
from zhtj.lib.problems import Problem, Refused

from orgs import audit
from orgs.admins.rules import ADMINS_PER_UNIT, CODES
from orgs.kinds import UnitKind
from orgs.models import AccessCode, OrgUnit, OrgUnitUserObjectPermission, User
from orgs.scopes import ROLES, ROLES_APART, ROLES_OF_PROVINCE, Actor, Scope


def admins(unit: OrgUnit) -> QuerySet[User]:
    """The administrators of `unit`. One query."""
    return User.objects.filter(
        is_active=True,
        orgunituserobjectpermission__content_object=unit,
        orgunituserobjectpermission__permission__codename="unit_admin",
    ).order_by("id")


def admins_of(units: Sequence[OrgUnit]) -> dict[int, list[User]]:
    """The administrators of each of these units, by unit id. One query."""
    held = OrgUnitUserObjectPermission.objects.filter(
        permission__codename="unit_admin", user__is_active=True, content_object__in=units
    )
    found: dict[int, list[User]] = {unit.pk: [] for unit in units}
    for grant in held.select_related("user").order_by("user_id"):
        found[grant.content_object_id].append(grant.user)
    return found


def administered() -> set[int]:
    """The units somebody administers now. One query."""
    held = OrgUnitUserObjectPermission.objects.filter(permission__codename="unit_admin", user__is_active=True)
    return set(held.order_by().values_list("content_object_id", flat=True))


def has_admin(path: str = "pk") -> Exists:
    """Has the unit at `path` of the outer query an administrator?"""
    return Exists(
        OrgUnitUserObjectPermission.objects.filter(
            content_object=OuterRef(path), permission__codename="unit_admin", user__is_active=True
        )
    )


def administers(user: str, unit: str) -> Exists:
    """Does the account at `user` administer the unit at `unit`, both of the outer query?"""
    held = OrgUnitUserObjectPermission.objects.filter(permission__codename="unit_admin")
    return Exists(held.filter(user=OuterRef(user), content_object=OuterRef(unit)))


def children_to_staff(scope: Scope, unit: OrgUnit) -> list[OrgUnit]:
    """The open direct children whose administrators the scope manages, in tree order. One query."""
    reach = scope.q(capability="admins.manage")
    return list(OrgUnit.objects.filter(reach, parent=unit, closed_at=None))


def roles_on(unit: OrgUnit) -> list[tuple[User, str]]:
    """Who holds a role other than administrator on the unit. One query."""
    held = OrgUnitUserObjectPermission.objects.filter(content_object=unit, user__is_active=True)
    rows = held.exclude(permission__codename="unit_admin").select_related("user", "permission")
    return [(grant.user, grant.permission.codename) for grant in rows.order_by("id")]


def roles_offered(scope: Scope, unit: OrgUnit) -> list[str]:
    """The roles the scope may hand out on the unit, administrators apart. At most two queries."""
    if not unit.is_open:
        return []
    apart = scope.has("roles.apart") and scope.may("roles.apart", unit)
    if not (apart or scope.may("admins.manage", unit)):
        return []
    is_province = unit.kind == UnitKind.PROVINCE_COMMITTEE
    offered = ROLES.keys() - {"unit_admin"} - (ROLES_OF_PROVINCE if not is_province else set())
    return [role for role in ROLES if role in offered and (apart or role not in ROLES_APART)]


def find_user(username: str) -> User:
    """The active account of that name. Raises Refused `user.unknown`. One query."""
    named = words.code(username)
    user = User.objects.filter(username=named, is_active=True).first()
    if user is None:
        raise Refused([CODES.problem("user.unknown", name=named[:30])])
    return user


def dismiss_admin(actor: Actor, *, user: User, unit: OrgUnit) -> None:
    """Take the administration of `unit` from `user`. The account stays, with what else it holds."""
    actor.scope.require("admins.manage", unit)
    if actor.user == user:
        raise Refused([CODES.problem("admin.oneself")])
    with transaction.atomic():
        require_admin(user, unit)
        step_down(user, unit)
        audit.record(actor, "orgs.dismiss_admin", unit=unit, before={"user": user.username})


def release_unit(unit: OrgUnit, *, now: dt.datetime) -> list[str]:
    """Take everybody's roles on a unit that is being closed and withdraw its codes; whose they were.

    The caller holds the transaction and leaves the trail.
    """
    grants = OrgUnitUserObjectPermission.objects.filter(content_object=unit)
    names = sorted(set(grants.values_list("user__username", flat=True)))
    grants.delete()
    User.objects.filter(acting_unit=unit).update(acting_unit=None)
    AccessCode.objects.filter(unit=unit, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
    return names


def step_down(user: User, unit: OrgUnit) -> None:
    remove_perm("unit_admin", user, unit)
    User.objects.filter(pk=user.pk, acting_unit=unit).update(acting_unit=None)
    if user.acting_unit_id == unit.pk:
        user.acting_unit = None


def cannot_have_admin(units: Sequence[OrgUnit], *, leaving: User | None = None) -> list[Problem]:
    """Why some of these units may get no (further) administrator, `leaving` not counted. One query."""
    held = dict(
        OrgUnitUserObjectPermission.objects.filter(
            Q(permission__codename="unit_admin", user__is_active=True), content_object__in=units
        )
        .exclude(user=leaving)
        .values_list("content_object")
        .annotate(Count("user", distinct=True))
    )
    closed = [CODES.problem("unit.closed", unit=unit.short_name) for unit in units if not unit.is_open]
    full = [
        CODES.problem("unit.enough_admins", unit=unit.short_name, count=held[unit.pk])
        for unit in units
        if held.get(unit.pk, 0) >= ADMINS_PER_UNIT
    ]
    return closed + full


def require_all_in_reach(scope: Scope, user: User) -> None:
    """Whoever sets somebody's password can act as them everywhere: so all their roles must lie below.

    A role only the province hands out lies below the province alone; on its own unit so does every role but
    its administrators'. Raises Refused `admin.also_elsewhere`; the other units are not named, they may be
    none of the actor's business. One query.
    """
    held = OrgUnitUserObjectPermission.objects.filter(user=user)
    managed = scope.q("content_object", "admins.manage") & ~Q(permission__codename__in=ROLES_APART)
    apart = scope.q("content_object", "roles.apart") & ~Q(permission__codename="unit_admin")
    if held.exclude(managed | apart).exists():
        raise Refused([CODES.problem("admin.also_elsewhere", name=user.username)])


def withdraw_resets(user: User, *, now: dt.datetime) -> None:
    """The account is about to hold more: a reset code given before ends, whoever has it. One update."""
    AccessCode.objects.filter(
        purpose=AccessCode.Purpose.RESET, user=user, used_at=None, withdrawn_at=None
    ).update(withdrawn_at=now)


def require_admin(user: User, unit: OrgUnit) -> None:
    if not admins(unit).filter(pk=user.pk).exists():
        raise Refused([CODES.problem("admin.unknown", name=str(user), unit=unit.short_name)])


def holders(unit: OrgUnit) -> QuerySet[User]:
    """Whoever holds a role on `unit`, its administrators among them. One query."""
    return User.objects.filter(is_active=True, orgunituserobjectpermission__content_object=unit).distinct()


def require_holder(user: User, unit: OrgUnit) -> None:
    if not holders(unit).filter(pk=user.pk).exists():
        raise Refused([CODES.problem("user.without_role", name=str(user), unit=unit.short_name)])
