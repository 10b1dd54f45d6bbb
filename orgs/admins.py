"""Administrators: codes to come in by, dismissal, hand-over.

Specification (domain, section 3; practice of the national system): a registration code has 8
letters and digits, tells upper from lower case, is valid 20 days and makes one administrator;
a reset code is valid 2 days. A unit has at most two administrators. The superior issues and
dismisses; nobody issues for the own unit.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from guardian.shortcuts import assign_perm, remove_perm

from zhtj.lib import crypto, days
from zhtj.lib.problems import Catalogue, Problem, Refused, Rule

from orgs import audit
from orgs.models import AccessCode, OrgUnit, OrgUnitUserObjectPermission, User
from orgs.scopes import Actor, Scope

ADMINS_PER_UNIT = 2
CODE_LENGTH = 8
# Without 0 O 1 l I: codes are read aloud and copied from paper.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"
VALID_FOR = {
    AccessCode.Purpose.REGISTER: dt.timedelta(days=20),
    AccessCode.Purpose.RESET: dt.timedelta(days=2),
}
PRACTICE = "国家系统惯例"

CODES = Catalogue(
    [
        Rule(
            "code.unknown", "这个代码不存在。", "请核对大小写后重新输入，或请上级团组织重新发放。", PRACTICE
        ),
        Rule("code.used", "这个代码已经用过。", "每个代码只能用一次，请上级团组织重新发放。", PRACTICE),
        Rule("code.expired", "这个代码已于{day}过期。", "请上级团组织重新发放。", PRACTICE),
        Rule(
            "unit.enough_admins",
            "“{unit}”已有 {count} 名管理员。",
            "每个组织至多两名管理员；请先解除其中一名，再发放注册码。",
            PRACTICE,
            field="unit",
        ),
        Rule("unit.closed", "“{unit}”已撤销。", "已撤销的组织不再设管理员。", "附件四.1", field="unit"),
        Rule("username.taken", "登录名“{username}”已有人使用。", "请换一个登录名。", PRACTICE),
        Rule("username.format", "登录名应为 3–30 个字母、数字或 ._- 。", "请换一个登录名。", PRACTICE),
        Rule("password.weak", "{reason}", "请换一个密码：至少 8 位，不要用生日或连续数字。", PRACTICE),
        Rule("admin.unknown", "“{name}”不是“{unit}”的管理员。", "请刷新页面后再看名单。", PRACTICE),
        Rule("admin.oneself", "不能解除自己的管理员身份。", "请由上级团组织办理。", PRACTICE),
    ]
)


def admins(unit: OrgUnit) -> QuerySet[User]:
    """The administrators of `unit`. One query."""
    return User.objects.filter(
        is_active=True,
        orgunituserobjectpermission__content_object=unit,
        orgunituserobjectpermission__permission__codename="unit_admin",
    ).order_by("id")


def units_without_admin(scope: Scope) -> QuerySet[OrgUnit]:
    """Open units in the scope's hands that nobody administers, in tree order."""
    administered = OrgUnitUserObjectPermission.objects.filter(
        permission__codename="unit_admin", user__is_active=True
    ).values("content_object_id")
    return OrgUnit.objects.filter(scope.q(capability="admins.manage"), closed_at=None).exclude(
        pk__in=administered
    )


def has_admin(path: str = "pk") -> Exists:
    """Has the unit at `path` of the outer query an administrator?"""
    return Exists(
        OrgUnitUserObjectPermission.objects.filter(
            content_object=OuterRef(path), permission__codename="unit_admin", user__is_active=True
        )
    )


def issue_codes(actor: Actor, *, units: Sequence[OrgUnit]) -> list[AccessCode]:
    """One fresh registration code for each unit; an older open one is withdrawn. Refuses all or none."""
    ids = [unit.pk for unit in units]
    allowed = OrgUnit.objects.filter(actor.scope.q(capability="admins.manage"), pk__in=ids).count()
    if allowed != len(set(ids)):
        for unit in units:
            actor.scope.require("admins.manage", unit)
    with transaction.atomic():
        locked = list(OrgUnit.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
        problems = _cannot_have_admin(locked)
        if problems:
            raise Refused(problems)
        now = days.now()
        _open(AccessCode.Purpose.REGISTER, now).filter(unit__in=ids).update(withdrawn_at=now)
        by_id = {unit.pk: unit for unit in locked}
        codes = [_new_code(AccessCode.Purpose.REGISTER, by_id[pk], actor, now) for pk in ids]
        AccessCode.objects.bulk_create(codes)
        for unit in locked:
            audit.record(actor, "orgs.issue_code", unit=unit)
    return codes


def issue_reset_code(actor: Actor, *, user: User, unit: OrgUnit) -> AccessCode:
    """A code by which an administrator of `unit` sets a new password; older open ones are withdrawn."""
    actor.scope.require("admins.manage", unit)
    with transaction.atomic():
        _require_admin(user, unit)
        now = days.now()
        _open(AccessCode.Purpose.RESET, now).filter(user=user).update(withdrawn_at=now)
        code = _new_code(AccessCode.Purpose.RESET, unit, actor, now)
        code.user = user
        code.save()
        audit.record(actor, "orgs.issue_reset_code", unit=unit, after={"user": user.username})
    return code


def open_codes(scope: Scope, units: Sequence[OrgUnit], *, now: dt.datetime) -> list[AccessCode]:
    """The codes still to be used for these units, by unit; those the scope may hand out. One query."""
    mine = AccessCode.objects.filter(scope.q("unit", "admins.manage"), unit__in=units)
    still_open = mine.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
    return list(still_open.select_related("user", "unit").order_by("unit__tree_id", "unit__lft", "id"))


def admins_of(units: Sequence[OrgUnit]) -> dict[int, list[User]]:
    """The administrators of each of these units, by unit id. One query."""
    held = OrgUnitUserObjectPermission.objects.filter(
        permission__codename="unit_admin", user__is_active=True, content_object__in=units
    )
    found: dict[int, list[User]] = {unit.pk: [] for unit in units}
    for grant in held.select_related("user").order_by("user_id"):
        found[grant.content_object_id].append(grant.user)
    return found


def children_to_staff(scope: Scope, unit: OrgUnit) -> list[OrgUnit]:
    """The open direct children whose administrators the scope manages, in tree order. One query."""
    reach = scope.q(capability="admins.manage")
    return list(OrgUnit.objects.filter(reach, parent=unit, closed_at=None))


def plain_code(code: AccessCode) -> str:
    """The code as it is handed out."""
    return crypto.unseal(code.code_sealed)


def look_up(text: str, purpose: str, *, now: dt.datetime) -> AccessCode:
    """The open code behind what was typed. Raises Refused with `code.unknown`, `.used` or `.expired`."""
    found = (
        AccessCode.objects.select_related("unit", "user")
        .filter(purpose=purpose, code_index=_index(text.strip()))
        .first()
    )
    if found is None or found.withdrawn_at:
        raise Refused([CODES.problem("code.unknown")])
    if found.used_at:
        raise Refused([CODES.problem("code.used")])
    if found.expires_at <= now:
        raise Refused([CODES.problem("code.expired", day=days.day_of(found.expires_at).isoformat())])
    return found


def register(*, code_text: str, username: str, display_name: str, password: str, now: dt.datetime) -> User:
    """A new account and its grant, in exchange for a registration code, which is then used up.

    Everything wrong is said at once; two people with one code: the second is told it is used.
    """
    with transaction.atomic():
        code = look_up(code_text, AccessCode.Purpose.REGISTER, now=now)
        unit = OrgUnit.objects.select_for_update(of=("self",)).get(pk=code.unit_id)
        user = User(username=username.strip(), display_name=display_name.strip(), must_change_password=False)
        problems = [
            *_cannot_have_admin([unit]),
            *username_problems(user.username),
            *password_problems(password, user),
        ]
        if problems:
            raise Refused(problems)
        user.set_password(password)
        user.acting_unit = unit
        user.save()
        _use_up(code, user, now)
        assign_perm("unit_admin", user, unit)
        audit.record(Actor(user), "orgs.register_admin", unit=unit, after={"user": user.username})
    return user


def reset_password(*, code_text: str, password: str, now: dt.datetime) -> User:
    """A new password in exchange for a reset code."""
    with transaction.atomic():
        code = look_up(code_text, AccessCode.Purpose.RESET, now=now)
        user = code.user
        if user is None:
            raise Refused([CODES.problem("code.unknown")])
        problems = password_problems(password, user)
        if problems:
            raise Refused(problems)
        _use_up(code, user, now)
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        audit.record(Actor(user), "orgs.reset_password", unit=code.unit, after={"user": user.username})
    return user


def dismiss_admin(actor: Actor, *, user: User, unit: OrgUnit) -> None:
    """Take the administration of `unit` from `user`. The account stays, with what else it holds."""
    actor.scope.require("admins.manage", unit)
    if actor.user == user:
        raise Refused([CODES.problem("admin.oneself")])
    with transaction.atomic():
        _require_admin(user, unit)
        remove_perm("unit_admin", user, unit)
        if user.acting_unit_id == unit.pk:
            user.acting_unit = None
            user.save(update_fields=["acting_unit"])
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


def _open(purpose: str, now: dt.datetime) -> QuerySet[AccessCode]:
    return AccessCode.objects.filter(purpose=purpose, used_at=None, withdrawn_at=None, expires_at__gt=now)


def _new_code(purpose: str, unit: OrgUnit, actor: Actor, now: dt.datetime) -> AccessCode:
    text = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    return AccessCode(
        purpose=purpose,
        unit=unit,
        code_sealed=crypto.seal(text),
        code_index=_index(text),
        issued_at=now,
        issued_by=actor.user,
        expires_at=now + VALID_FOR[AccessCode.Purpose(purpose)],
    )


def _index(text: str) -> uuid.UUID:
    return crypto.blind_index(f"code:{text}")


def _use_up(code: AccessCode, user: User, now: dt.datetime) -> None:
    """Conditional, so that a code makes one administrator however many press at once."""
    if not AccessCode.objects.filter(pk=code.pk, used_at=None).update(used_at=now, used_by=user):
        raise Refused([CODES.problem("code.used")])


def _cannot_have_admin(units: Sequence[OrgUnit]) -> list[Problem]:
    """Why some of these units may get no (further) administrator. One query."""
    held = dict(
        OrgUnitUserObjectPermission.objects.filter(
            Q(permission__codename="unit_admin", user__is_active=True), content_object__in=units
        )
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


def _require_admin(user: User, unit: OrgUnit) -> None:
    if not admins(unit).filter(pk=user.pk).exists():
        raise Refused([CODES.problem("admin.unknown", name=str(user), unit=unit.short_name)])


def username_problems(username: str) -> list[Problem]:
    plain = username.replace(".", "").replace("_", "").replace("-", "")
    if not (3 <= len(username) <= 30 and plain.isascii() and plain.isalnum()):
        return [CODES.problem("username.format")]
    if User.objects.filter(username__iexact=username).exists():
        return [CODES.problem("username.taken", username=username)]
    return []


def password_problems(password: str, user: User | None) -> list[Problem]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [CODES.problem("password.weak", reason=reason) for reason in error.messages]
    return []
