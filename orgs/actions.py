"""Writing units, accounts and grants. Each action asks the scope first, is one transaction and leaves
one audit entry.

Stamps of placements are taken by `locks.entry_stamp()` before any lock of the tree (order of locks:
`zhtj.lib.locks`).
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.module_loading import import_string
from guardian.shortcuts import assign_perm, remove_perm

from zhtj.lib import days, locks, masks
from zhtj.lib.problems import Problem, Refused

from orgs import admins, audit, identity, person_rules, reshaping, rules, tree
from orgs.kinds import LEADING_ORGANS, UnitKind
from orgs.models import OrgUnit, OrgUnitUserObjectPermission, User
from orgs.rules import CARD_FIELDS, CODES, POST_COUNTS
from orgs.scopes import ROLE_WORDS, ROLES, ROLES_APART, ROLES_OF_PROVINCE, Actor
from orgs.tree import Domains, NewUnit

KINDS_WITH_POSTS = LEADING_ORGANS | {UnitKind.COMMITTEE, UnitKind.WORKING_COMMITTEE}
MOST_POSTS = 9999
_COLUMNS = {"secretary_id": "secretary_id_sealed"}
_NAMED = 20  # new units that an audit entry names

# --- units ----------------------------------------------------------------------------------


def create_unit(actor: Actor, *, parent: OrgUnit, new: NewUnit) -> OrgUnit:
    """Create one unit under `parent`. About a dozen statements; a few ms among 100 000 units.

    Raises Refused with everything wrong, PermissionDenied where `units.create` does not reach.
    """
    return create_units(actor, parent=parent, forest=[new])[0]


def create_units(
    actor: Actor, *, parent: OrgUnit, forest: Sequence[NewUnit], batch_id: int | None = None
) -> list[OrgUnit]:
    """Create a forest under `parent`, all or nothing; returns all units, parents first."""
    _require_somewhere(actor)
    read = _read_forest(forest)
    with transaction.atomic():
        return _plant(actor, [(parent, read)], locks.entry_stamp(), unit=parent, batch_id=batch_id)


def import_units(
    actor: Actor,
    *,
    unit: OrgUnit,
    plantings: Sequence[tuple[OrgUnit, Sequence[NewUnit]]],
    updates: Sequence[tuple[OrgUnit, dict[str, Any]]],
    batch_id: int | None = None,
) -> list[OrgUnit]:
    """Create forests under several units and update the cards of others, all or nothing.

    `updates` may hold fields of the card and `industry`. With updates the tree is held alone from
    the start: rows locked for a card before the tree's lock would meet a mover the other way round.
    """
    _require_somewhere(actor)
    read = [(parent, _read_forest(forest)) for parent, forest in plantings]
    with transaction.atomic():
        at = locks.entry_stamp()
        if updates:
            locks.exclusive(locks.tree(unit.tree_id))
        for known, fields in updates:
            if "industry" in fields:
                change_industry(actor, unit=known, industry=fields["industry"], batch_id=batch_id)
        created = _plant(actor, read, at, unit=unit, batch_id=batch_id) if read else []
        for known, fields in updates:
            card = {name: value for name, value in fields.items() if name != "industry"}
            if card:
                edit_card(actor, unit=known, batch_id=batch_id, **card)
    return created


def _require_somewhere(actor: Actor) -> None:
    """Whoever may create nowhere is told so before anything is looked at. No query."""
    if not actor.scope.has("units.create"):
        raise PermissionDenied("您没有创建下级组织的权限，请联系上级团组织管理员。")


def _plant(
    actor: Actor,
    plantings: Sequence[tuple[OrgUnit, Sequence[NewUnit]]],
    at: dt.datetime,
    *,
    unit: OrgUnit,
    batch_id: int | None,
) -> list[OrgUnit]:
    """Plant and record. The scope is asked under the tree's lock, so that its answer still holds when
    the last row is written: what hangs from a unit in reach is in reach.
    """
    try:
        created = tree.graft_many(plantings, at=at, reach=actor.scope.q(capability="units.create"))
    except tree.OutOfReach as outside:
        (pk,) = outside.args
        raise actor.scope.refusal(
            "units.create", next(parent for parent, _ in plantings if parent.pk == pk)
        ) from outside
    codes = [new.code for new in created[:_NAMED]]
    after = {"count": len(created), "names": [new.short_name for new in created[:_NAMED]], "codes": codes}
    audit.record(actor, "orgs.create_units", unit=unit, batch_id=batch_id, after=after)
    return created


def edit_card(actor: Actor, *, unit: OrgUnit, batch_id: int | None = None, **fields: Any) -> OrgUnit:
    """Change fields of a unit's card; "" (None for a count) empties one. Nothing changed: nothing written.

    Fields: full_name, phone, email, secretary_name, secretary_mobile, secretary_id (stored sealed, in the
    trail masked), is_private_school, and the four post counts of leading organs, committees and working
    committees. Raises Refused with all faults.
    """
    actor.scope.require("units.edit_card", unit)
    values = _read_card_fields(unit, fields)
    with transaction.atomic():
        unit = OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
        if problems := reshaping.change_problems(unit):
            raise Refused(problems)
        before = {name: getattr(unit, name) for name, value in values.items() if getattr(unit, name) != value}
        if before:
            for name in before:
                setattr(unit, name, values[name])
            unit.save(update_fields=[_COLUMNS.get(name, name) for name in before])
            after = _masked({name: values[name] for name in before})
            audit.record(
                actor, "orgs.edit_card", unit=unit, batch_id=batch_id, before=_masked(before), after=after
            )
    return unit


def rename_unit(actor: Actor, *, unit: OrgUnit, short_name: str) -> OrgUnit:
    """Give a unit another short name from now on; its former one stays in the placements."""
    actor.scope.require("units.manage", unit)
    name, code = rules.READERS["short_name"](short_name)
    if code or not name:
        raise Refused([CODES.problem(code or "short_name.missing", value=short_name[:20])])
    with transaction.atomic():
        at = locks.entry_stamp()
        before = {"short_name": unit.short_name}
        tree.rename(unit, name, at=at)
        audit.record(actor, "orgs.rename_unit", unit=unit, before=before, after={"short_name": name})
    return unit


def change_industry(actor: Actor, *, unit: OrgUnit, industry: str, batch_id: int | None = None) -> OrgUnit:
    """State another industry for a unit; its domain, and what inherits it, follows from now on, and with it
    what is kept by domain (settings.ZHTJ_DOMAIN_FOLLOWER).
    """
    actor.scope.require("units.manage", unit)
    value, code = rules.READERS["industry"](industry)
    if code:
        raise Refused([CODES.problem(code, value=industry[:20])])
    if value and unit.is_leading_organ:
        raise Refused([CODES.problem("industry.not_at_this_kind", name=unit.short_name)])
    with transaction.atomic():
        at = locks.entry_stamp()
        before = {"industry": unit.industry, "domain": unit.domain}
        changed = tree.set_industry(unit, value, at=at)
        after = {"industry": unit.industry, "domain": unit.domain}
        audit.record(actor, "orgs.change_industry", unit=unit, batch_id=batch_id, before=before, after=after)
        _take_along(actor, unit, changed, at)
    return unit


def move_unit(actor: Actor, *, unit: OrgUnit, new_parent: OrgUnit) -> OrgUnit:
    """Hang a unit with all below it under another superior; both must lie in the actor's reach."""
    actor.scope.require("units.manage", unit)
    actor.scope.require("units.create", new_parent)
    with transaction.atomic():
        at = locks.entry_stamp()
        before = {"parent": unit.parent.code if unit.parent else ""}
        moved, changed = tree.move(unit, new_parent, at=at)
        actor.scope.require("units.manage", moved)  # where it stands now
        audit.record(actor, "orgs.move_unit", unit=moved, before=before, after={"parent": new_parent.code})
        _take_along(actor, moved, changed, at)
    return moved


def _take_along(actor: Actor, unit: OrgUnit, changed: Domains, at: dt.datetime) -> None:
    """Have what the rooms above keep by domain follow the units whose domain has changed."""
    if changed and settings.ZHTJ_DOMAIN_FOLLOWER:
        follow: Callable[..., object] = import_string(settings.ZHTJ_DOMAIN_FOLLOWER)
        follow(actor, top=unit, changed=changed, at=at)


# --- accounts and grants --------------------------------------------------------------------


def create_account(
    actor: Actor, *, username: str, display_name: str, password: str, must_change: bool = True
) -> User:
    """An account that holds nothing yet. Whoever may manage administrators somewhere may make one."""
    if not actor.scope.has("admins.manage"):
        raise PermissionDenied("您没有管理下级管理员的权限，请联系上级团组织管理员。")
    user = User(
        username=username.strip(), display_name=display_name.strip(), must_change_password=must_change
    )
    problems = [*admins.username_problems(user.username), *admins.password_problems(password, user)]
    if problems:
        raise Refused(problems)
    user.set_password(password)
    with transaction.atomic():
        user.save()
        audit.record(actor, "orgs.create_account", after={"user": user.username})
    return user


def grant(actor: Actor, *, user: User, unit: OrgUnit, role: str) -> None:
    """Give `user` a role on `unit`; held already: nothing happens. At most two administrators a unit."""
    _require_role(actor, user, unit, role)
    with transaction.atomic():
        unit = OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
        if _holds(user, unit, role):
            return
        if not unit.is_open:
            raise Refused([admins.CODES.problem("unit.closed", unit=unit.short_name)])
        count = admins.admins(unit).count()
        if role == "unit_admin" and count >= admins.ADMINS_PER_UNIT:
            raise Refused([admins.CODES.problem("unit.enough_admins", unit=unit.short_name, count=count)])
        admins.withdraw_resets(user, now=days.now())
        assign_perm(role, user, unit)
        audit.record(actor, "orgs.grant", unit=unit, after={"user": user.username, "role": role})


def revoke(actor: Actor, *, user: User, unit: OrgUnit, role: str) -> None:
    """Take a role on `unit` from `user`; not held: nothing happens."""
    _require_role(actor, user, unit, role)
    with transaction.atomic():
        if not _holds(user, unit, role):
            return
        remove_perm(role, user, unit)
        User.objects.filter(pk=user.pk, acting_unit=unit).update(acting_unit=None)
        audit.record(actor, "orgs.revoke", unit=unit, before={"user": user.username, "role": role})


def switch_unit(actor: Actor, unit: OrgUnit) -> None:
    """Act for another of the units this account holds a grant on."""
    if actor.user is None or unit.pk not in {held.unit_id for held in actor.scope.grants}:
        raise PermissionDenied(f"您没有“{unit.short_name}”的授权，请向它的上级索取注册码。")
    with transaction.atomic():
        actor.user.acting_unit = unit
        actor.user.save(update_fields=["acting_unit"])
        audit.record(actor, "orgs.switch_unit", unit=unit)


# --- reading what was handed in -------------------------------------------------------------


def _read_forest(forest: Iterable[NewUnit]) -> list[NewUnit]:
    """The forest with every text in normal form. Raises Refused with all that cannot be read."""
    problems: list[Problem] = []
    read_card = rules.card_reader()

    def read(new: NewUnit) -> NewUnit:
        texts = {name: getattr(new, name) for name in rules.READERS if hasattr(new, name)}
        values, found = read_card(texts)
        problems.extend(found)
        blank: dict[str, Any] = dict.fromkeys(texts, "") | {"is_private_school": False}
        return dataclasses.replace(new, **blank | values, children=[read(child) for child in new.children])

    tidy = [read(new) for new in forest]
    if problems:
        raise Refused(problems)
    return tidy


def _read_card_fields(unit: OrgUnit, fields: dict[str, Any]) -> dict[str, Any]:
    counts = POST_COUNTS if unit.kind in KINDS_WITH_POSTS else ()
    allowed = {*CARD_FIELDS, "secretary_id", "is_private_school", *counts}
    if strangers := fields.keys() - allowed:
        raise TypeError(f"not fields of this card: {', '.join(sorted(strangers))}")
    values: dict[str, Any] = {}
    problems = []
    for name, given in fields.items():
        if name in POST_COUNTS:
            values[name] = given
            if given is not None and not (isinstance(given, int) and 0 <= given <= MOST_POSTS):
                problems.append(CODES.problem("post_count.format", at=name))
            continue
        if name == "secretary_id":
            values[name], code = _read_id(given)
            if code:
                problems.append(person_rules.CODES.problem(code, at=name))
            continue
        values[name], code = rules.READERS[name](given)
        if code:
            problems.append(CODES.problem(code, value=str(given)[:20]))
        elif name == "is_private_school":
            values[name] = bool(values[name])
    if problems:
        raise Refused(problems)
    return values


def _read_id(given: Any) -> tuple[str, str | None]:
    """The national id typed; blank is none."""
    return ("", None) if identity.is_blank(given) else identity.read_national_id(given, days.today())


def _masked(values: dict[str, Any]) -> dict[str, Any]:
    """As the trail may know it."""
    if "secretary_id" in values:
        return {**values, "secretary_id": masks.mask_id(values["secretary_id"])}
    return values


def _require_role(actor: Actor, user: User, unit: OrgUnit, role: str) -> None:
    """Raise unless the actor may hand out and take back `role` on `unit`: never the own, see 0011."""
    if role not in ROLES:
        raise ValueError(f"no such role: {role}")
    if role in ROLES_APART:
        actor.scope.require("roles.apart", unit)
    elif role == "unit_admin" or not actor.scope.may("roles.apart", unit):
        actor.scope.require("admins.manage", unit)
    if user == actor.user:
        raise Refused([admins.CODES.problem("role.oneself")])
    if role in ROLES_OF_PROVINCE and unit.kind != UnitKind.PROVINCE_COMMITTEE:
        raise Refused([admins.CODES.problem("role.of_province", role=ROLE_WORDS[role])])


def _holds(user: User, unit: OrgUnit, role: str) -> bool:
    held = OrgUnitUserObjectPermission.objects.filter(
        user=user, content_object=unit, permission__codename=role
    )
    return held.exists()
