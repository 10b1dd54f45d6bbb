"""Administrators: codes to come in by, dismissal, hand-over.

Specification (domain, section 3; practice of the national system): a registration code has 8
letters and digits, tells upper from lower case, is valid 20 days and makes one administrator;
a reset code is valid 2 days. A unit has at most two administrators. The superior issues and
dismisses; nobody issues for the own unit. A hand-over code is a registration code that names whose
place its user takes: both happen in one transaction, so that a unit with two administrators can be
handed over without a day on which it has fewer. An account that exists already may use a code too:
one person, several units.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from guardian.shortcuts import assign_perm, remove_perm

from zhtj.lib import crypto, days
from zhtj.lib.problems import Catalogue, Problem, Refused, Rule

from orgs import audit
from orgs.kinds import UnitKind
from orgs.models import AccessCode, OrgUnit, OrgUnitUserObjectPermission, User
from orgs.scopes import ROLES, ROLES_APART, ROLES_OF_PROVINCE, Actor, Scope

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
        Rule(
            "admin.already",
            "账号“{name}”已经是“{unit}”的管理员。",
            "不用再注册；请把注册码交给另一位同志。",
            PRACTICE,
        ),
        Rule(
            "role.oneself", "不能给自己授权或取消授权。", "请由另一名管理员办理。", PRACTICE, field="username"
        ),
        Rule(
            "role.of_province",
            "“{role}”只能设在省级团委。",
            "请改在省级团委的页面授权。",
            PRACTICE,
            field="role",
        ),
        Rule(
            "user.unknown",
            "没有账号“{name}”。",
            "请核对账号；账号在用注册码注册时设定。",
            PRACTICE,
            field="username",
        ),
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


def issue_handover_code(actor: Actor, *, user: User, unit: OrgUnit) -> AccessCode:
    """A registration code by which somebody else takes the place of `user`; the open one is withdrawn.

    Until it is used, `user` stays. Raises Refused if `user` does not administer the unit.
    """
    actor.scope.require("admins.manage", unit)
    with transaction.atomic():
        unit = _locked(unit)
        _require_admin(user, unit)
        problems = _cannot_have_admin([unit], leaving=user)
        if problems:
            raise Refused(problems)
        now = days.now()
        _open(AccessCode.Purpose.REGISTER, now).filter(unit=unit).update(withdrawn_at=now)
        code = _new_code(AccessCode.Purpose.REGISTER, unit, actor, now)
        code.user = user
        code.save()
        audit.record(actor, "orgs.issue_handover_code", unit=unit, after={"user": user.username})
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
    named = username.strip()
    user = User.objects.filter(username=named, is_active=True).first() if "\x00" not in named else None
    if user is None:
        raise Refused([CODES.problem("user.unknown", name=named[:30])])
    return user


def children_to_staff(scope: Scope, unit: OrgUnit) -> list[OrgUnit]:
    """The open direct children whose administrators the scope manages, in tree order. One query."""
    reach = scope.q(capability="admins.manage")
    return list(OrgUnit.objects.filter(reach, parent=unit, closed_at=None))


def waiting_children(scope: Scope, unit: OrgUnit, *, now: dt.datetime) -> list[OrgUnit]:
    """Those of `children_to_staff` that have neither an administrator nor an open registration code."""
    children = children_to_staff(scope, unit)
    held = admins_of(children)
    codes = open_codes(scope, children, now=now)
    coded = {code.unit_id for code in codes if code.purpose == AccessCode.Purpose.REGISTER}
    return [child for child in children if not held[child.pk] and child.pk not in coded]


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
        unit = _locked(code.unit)
        user = User(username=username.strip(), display_name=display_name.strip(), must_change_password=False)
        problems = [
            *_cannot_have_admin([unit], leaving=code.user),
            *username_problems(user.username),
            *password_problems(password, user),
        ]
        if problems:
            raise Refused(problems)
        user.set_password(password)
        _admit(user, code, unit, now)
        audit.record(Actor(user), "orgs.register_admin", unit=unit, after={"user": user.username})
    return user


def take_on_unit(actor: Actor, *, code_text: str, now: dt.datetime) -> OrgUnit:
    """One more unit for an account that exists already, in exchange for a registration code."""
    user = actor.user
    if user is None:
        raise PermissionDenied("请先登录。")
    with transaction.atomic():
        code = look_up(code_text, AccessCode.Purpose.REGISTER, now=now)
        unit = _locked(code.unit)
        problems = _cannot_have_admin([unit], leaving=code.user)
        if admins(unit).filter(pk=user.pk).exists():
            problems = [CODES.problem("admin.already", name=user.username, unit=unit.short_name)]
        if problems:
            raise Refused(problems)
        _admit(user, code, unit, now)
        audit.record(actor, "orgs.take_on_unit", unit=unit, after={"user": user.username})
    return unit


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
        _step_down(user, unit)
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


def _admit(user: User, code: AccessCode, unit: OrgUnit, now: dt.datetime) -> None:
    """Make `user` administrator of the unit and use the code up; whose place it is goes."""
    user.acting_unit = unit
    user.save()
    _use_up(code, user, now)
    if code.user is not None and admins(unit).filter(pk=code.user.pk).exists():
        _step_down(code.user, unit)
        before, after = {"user": code.user.username}, {"user": user.username}
        audit.record(Actor(user), "orgs.hand_over", unit=unit, before=before, after=after)
    assign_perm("unit_admin", user, unit)


def _step_down(user: User, unit: OrgUnit) -> None:
    remove_perm("unit_admin", user, unit)
    User.objects.filter(pk=user.pk, acting_unit=unit).update(acting_unit=None)
    if user.acting_unit_id == unit.pk:
        user.acting_unit = None


def _locked(unit: OrgUnit) -> OrgUnit:
    return OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)


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


def _cannot_have_admin(units: Sequence[OrgUnit], *, leaving: User | None = None) -> list[Problem]:
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
