"""Codes by which an administrator comes in, takes somebody's place, or sets a new password."""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from guardian.shortcuts import assign_perm

from zhtj.lib import crypto, days
from zhtj.lib.problems import Refused

from orgs import audit, logins
from orgs.admins.holders import (
    administers,
    admins,
    admins_of,
    cannot_have_admin,
    children_to_staff,
    require_admin,
    require_all_in_reach,
    require_holder,
    step_down,
    withdraw_resets,
)
from orgs.admins.rules import (
    CODE_LENGTH,
    CODE_SIGNS,
    CODES,
    VALID_FOR,
    password_problems,
    username_problems,
)
from orgs.models import AccessCode, OrgUnit, User
from orgs.scopes import Actor, Scope


def issue_codes(actor: Actor, *, units: Sequence[OrgUnit]) -> list[AccessCode]:
    """One fresh registration code for each unit; an older open one is withdrawn. Refuses all or none."""
    ids = [unit.pk for unit in units]
    allowed = OrgUnit.objects.filter(actor.scope.q(capability="admins.manage"), pk__in=ids).count()
    if allowed != len(set(ids)):
        for unit in units:
            actor.scope.require("admins.manage", unit)
    return _issue(actor, ids)


def first_code(actor: Actor, *, province: OrgUnit) -> AccessCode:
    """A registration code for the head of a tree, whom no superior staffs. Asks no scope (orgs.founding)."""
    (code,) = _issue(actor, [province.pk])
    return code


def _issue(actor: Actor, ids: Sequence[int]) -> list[AccessCode]:
    with transaction.atomic():
        locked = list(OrgUnit.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
        problems = cannot_have_admin(locked)
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
    """A code by which whoever holds a role on `unit` sets a new password; older ones are withdrawn.

    Whoever manages the administrators of the unit gives it; on the province, which has no superior,
    whoever hands out its roles. Raises Refused where the account holds no role on the unit, or one beyond the
    actor's reach too (decision 0011).
    """
    if not actor.scope.may("roles.apart", unit):
        actor.scope.require("admins.manage", unit)
    require_all_in_reach(actor.scope, user)
    return _new_reset(actor, user, unit)


def first_reset(actor: Actor, *, user: User, province: OrgUnit) -> AccessCode:
    """For an administrator of the head of a tree, without asking the scope: see orgs.founding."""
    require_admin(user, province)
    return _new_reset(actor, user, province)


def _new_reset(actor: Actor, user: User, unit: OrgUnit) -> AccessCode:
    with transaction.atomic():
        require_holder(user, unit)
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
        require_admin(user, unit)
        problems = cannot_have_admin([unit], leaving=user)
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
    resets = Q(purpose=AccessCode.Purpose.RESET) & ~Q(administers("user", "unit"))
    reach = scope.q("unit", "admins.manage") | (scope.q("unit", "roles.apart") & resets)
    mine = AccessCode.objects.filter(reach, unit__in=units)
    still_open = mine.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
    return list(still_open.select_related("user", "unit").order_by("unit__tree_id", "unit__lft", "id"))


def codes_below(
    scope: Scope, unit: OrgUnit, *, now: dt.datetime
) -> tuple[list[OrgUnit], dict[int, AccessCode]]:
    """The direct children the scope staffs, and their open registration codes by unit. Two queries."""
    children = children_to_staff(scope, unit)
    codes = open_codes(scope, children, now=now)
    return children, {code.unit_id: code for code in codes if code.purpose == AccessCode.Purpose.REGISTER}


def take_codes(
    actor: Actor, *, unit: OrgUnit, as_sheet: bool, now: dt.datetime
) -> list[tuple[AccessCode, str]]:
    """The open registration codes of `unit`'s direct children, with what each reads, to be handed out: on a
    sheet to print (`as_sheet`), else as a workbook or a list. Leaves a trail each time. Two queries, one
    insert.
    """
    _, codes = codes_below(actor.scope, unit, now=now)
    taken = [(code, plain_code(code)) for code in codes.values()]
    action = "orgs.print_codes" if as_sheet else "orgs.export_codes"
    audit.record(actor, action, unit=unit, after={"count": len(taken)})
    return taken


def waiting_children(scope: Scope, unit: OrgUnit, *, now: dt.datetime) -> list[OrgUnit]:
    """Those of `children_to_staff` that have neither an administrator nor an open registration code."""
    children, codes = codes_below(scope, unit, now=now)
    held = admins_of(children)
    return [child for child in children if not held[child.pk] and child.pk not in codes]


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
            *cannot_have_admin([unit], leaving=code.user),
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
        problems = cannot_have_admin([unit], leaving=code.user)
        if admins(unit).filter(pk=user.pk).exists():
            problems = [CODES.problem("admin.already", name=user.username, unit=unit.short_name)]
        if problems:
            raise Refused(problems)
        _admit(user, code, unit, now)
        audit.record(actor, "orgs.take_on_unit", unit=unit, after={"user": user.username})
    return unit


def reset_password(*, code_text: str, password: str, now: dt.datetime) -> User:
    """A new password in exchange for a reset code; wrong ones typed before no longer count."""
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
        logins.forgive(user)
        audit.record(Actor(user), "orgs.reset_password", unit=code.unit, after={"user": user.username})
    return user


def _admit(user: User, code: AccessCode, unit: OrgUnit, now: dt.datetime) -> None:
    """Make `user` administrator of the unit and use the code up; whose place it is goes."""
    user.acting_unit = unit
    user.save()
    withdraw_resets(user, now=now)
    _use_up(code, user, now)
    if code.user is not None and admins(unit).filter(pk=code.user.pk).exists():
        step_down(code.user, unit)
        before, after = {"user": code.user.username}, {"user": user.username}
        audit.record(Actor(user), "orgs.hand_over", unit=unit, before=before, after=after)
    assign_perm("unit_admin", user, unit)


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
