"""更正请求: other units ask the one that keeps a person's basic data to put them right.

Specification (domain, section 4). A person's basic data lie with one unit, the keeper: that of the
active membership, without one that of the first post. Every other unit reads them and may ask for a
correction. The keeper agrees or says why not; what concerns name or national id then waits for the
keeper's superior (the province answers for its own people); everything else is stored at once.
Who the keeper is only the rooms above know: it is handed in, with what their own rules say against
the new values.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from zhtj.lib import crypto, days, masks, words
from zhtj.lib.problems import Catalogue, Problem, Refused, Rule
from zhtj.lib.races import until_settled

from orgs import audit, people, person_rules
from orgs.models import CorrectionRequest, OrgUnit, Person, PoliticalStatus
from orgs.reading import RowReader
from orgs.scopes import Actor, Scope

State = CorrectionRequest.State
IDENTITY = ("full_name", "national_id")
FIELDS = (*IDENTITY, *people.DETAILS)
LABELS = {
    field.name: str(field.verbose_name) for field in Person._meta.concrete_fields if field.name in FIELDS
} | {"national_id": "身份证号码"}
MOST_WORDS = 200
_OPEN = (State.OPEN, State.CONFIRMED)
_BELONGING = "附件第四条第1款"

# What the rooms above have against new values of this person.
Check = Callable[[Person, Mapping[str, Any]], list[Problem]]

CODES = Catalogue(
    [
        Rule(
            "request.reason", "没有填写理由。", "请写明理由，对方和上级都会看到。", _BELONGING, field="reason"
        ),
        Rule(
            "request.nothing",
            "没有填写与现在不同的内容。",
            "请在需要更正的项目中填写正确的内容，其余留空。",
            _BELONGING,
            field="request",
        ),
        Rule(
            "request.open",
            "本组织对此人已有一项尚未办结的更正请求。",
            "请等待办结，或先撤回原来的请求。",
            _BELONGING,
            field="request",
        ),
        Rule(
            "request.settled",
            "这项更正请求已经办结或已被答复。",
            "请刷新页面查看结果。",
            _BELONGING,
            field="request",
        ),
        Rule(
            "request.id_known",
            "新的身份证号码在系统中已经登记为另一个人。",
            "请核对号码；确属重复登记的，请联系上级团组织处理。",
            _BELONGING,
            field="national_id",
        ),
        Rule(
            "request.no_keeper",
            "此人目前不在任何团支部，也没有现任职务。",
            "请直接录入，填写正确的内容。",
            _BELONGING,
            field="request",
        ),
    ]
)


def corrections(scope: Scope) -> QuerySet[CorrectionRequest]:
    """Those asked by or of a unit of the scope; the newest first."""
    seen = scope.q("unit", "members.see") | scope.q("keeper", "members.see")
    related = ("person", "unit", "keeper", "keeper__parent", "asked_by", "answered_by", "decided_by")
    return CorrectionRequest.objects.filter(seen).select_related(*related).order_by("-id")


def waiting_corrections(scope: Scope) -> QuerySet[CorrectionRequest]:
    """Those it is this account's turn to answer, or as the direct superior to approve."""
    granted = {grant.unit_id for grant in scope.grants if grant.gives("approvals.decide")}
    return corrections(scope).filter(
        (Q(state=State.OPEN) & scope.q("keeper", "cadres.enter"))
        | Q(state=State.CONFIRMED, keeper__parent__in=granted)
        | (Q(state=State.CONFIRMED, keeper__parent=None) & scope.q("keeper", "cadres.enter"))
    )


def asked_corrections(scope: Scope) -> QuerySet[CorrectionRequest]:
    """Those not settled yet that were asked from a unit this account enters for."""
    return corrections(scope).filter(scope.q("unit", "cadres.enter"), state__in=_OPEN)


def open_corrections(person_id: int) -> Q:
    """Of `corrections(scope)` those about this person that are not settled."""
    return Q(person=person_id, state__in=_OPEN)


def may_answer(scope: Scope, request: CorrectionRequest) -> bool:
    """May this scope act on it in its present state? One query."""
    if request.state == State.OPEN or request.keeper.parent_id is None:
        return request.is_open and scope.may("cadres.enter", request.keeper)
    return request.state == State.CONFIRMED and scope.may("approvals.decide", request.keeper)


def ask_person_correction(
    actor: Actor,
    *,
    person: Person,
    unit: OrgUnit,
    keeper: OrgUnit | None,
    typed: Mapping[str, object],
    reason: str,
    today: dt.date,
    check: Check,
) -> CorrectionRequest:
    """Ask `keeper` to store the filled ones of `typed`; the caller has seen that the actor sees the person.

    Where the actor enters for the keeper itself, its word is given already: what is no identity is
    stored at once. Raises Refused for unreadable or unchanged values, a missing reason, a request that
    is still open; PermissionDenied where the actor enters nobody for `unit`.
    """
    actor.scope.require("cadres.enter", unit)
    if keeper is None:
        raise Refused([CODES.problem("request.no_keeper")])
    filled = {name: _as_text(typed.get(name)) for name in FIELDS}
    reason = words.read(reason)
    problems = (
        words.too_long(reason, MOST_WORDS, at="reason") if reason else [CODES.problem("request.reason")]
    )

    def attempt() -> CorrectionRequest:
        held = _held(person.pk)
        values, unread = read(filled, today)
        differing = _differing(held, values)
        problems_now = [*problems, *unread, *_against(held, differing, check)]
        if not differing and not unread:
            problems_now.append(CODES.problem("request.nothing"))
        if CorrectionRequest.objects.filter(person=held, unit=unit, state__in=_OPEN).exists():
            problems_now.append(CODES.problem("request.open"))
        if problems_now:
            raise Refused(problems_now)
        request = CorrectionRequest.objects.create(
            person=held,
            unit=unit,
            keeper=keeper,
            asked_sealed=_sealed({name: filled[name] for name in differing}),
            reason=reason,
            asked_by=actor.user,
            asked_at=days.now(),
        )
        _leave_trail(actor, request, "orgs.ask_person_correction", {"fields": _labels(differing)})
        if actor.scope.may("cadres.enter", keeper):
            _answer(actor, request, agrees=True, decision="", values=differing, check=check)
        return request

    return until_settled(attempt)


def answer_person_correction(
    actor: Actor, *, request: CorrectionRequest, agrees: bool, decision: str, today: dt.date, check: Check
) -> CorrectionRequest:
    """The keeper's word, or the superior's approval of name and id.

    Raises Refused where it is settled, a refusal gives no reason, or the values no longer hold;
    PermissionDenied for whoever is not to act on it.
    """
    decision = words.within(decision, MOST_WORDS, at="decision")
    if not agrees and not decision:
        raise Refused([CODES.problem("request.reason", at="decision")])

    def attempt() -> CorrectionRequest:
        locked = _lock(request)
        if not may_answer(actor.scope, locked):
            raise PermissionDenied("这项更正请求由维护组织或其上级办理。")
        values, unread = read(asked_of(locked), today)
        differing = _differing(_held(locked.person_id), values)
        if agrees and unread:
            raise Refused(unread)
        _answer(actor, locked, agrees=agrees, decision=decision, values=differing, check=check)
        return locked

    return until_settled(attempt)


def cancel_person_correction(actor: Actor, *, request: CorrectionRequest) -> CorrectionRequest:
    """Take a request back: whoever enters for the unit that asked."""
    actor.scope.require("cadres.enter", request.unit)

    def attempt() -> CorrectionRequest:
        locked = _lock(request)
        _settle(actor, locked, State.CANCELLED, "提出方撤回")
        return locked

    return until_settled(attempt)


def readdress(person_ids: list[int], keeper: OrgUnit) -> None:
    """The keeper of these people is another unit from now on: open requests go there. One update."""
    CorrectionRequest.objects.filter(person__in=person_ids, state__in=_OPEN).update(
        keeper=keeper, state=State.OPEN
    )


def hand_over(source: OrgUnit, target: OrgUnit) -> None:
    """`source` goes up in `target`: what still waits with it waits there, from the beginning. One update."""
    CorrectionRequest.objects.filter(keeper=source, state__in=_OPEN).update(keeper=target, state=State.OPEN)


def waiting_about(keeper: OrgUnit) -> list[int]:
    """The people about whom a request waits with `keeper`. One query."""
    waiting = CorrectionRequest.objects.filter(keeper=keeper, state__in=_OPEN)
    return list(waiting.order_by("person").values_list("person", flat=True).distinct())


def forget_asked(before: dt.datetime, *, dry_run: bool) -> int:
    """What was asked in requests settled before goes; what became of it stays here and in the trail."""
    settled = CorrectionRequest.objects.exclude(state__in=_OPEN).filter(decided_at__lt=before)
    found = settled.exclude(asked_sealed=b"")
    return found.count() if dry_run else found.update(asked_sealed=b"")


def asked_of(request: CorrectionRequest) -> dict[str, str]:
    """What was asked, as typed."""
    asked: dict[str, str] = json.loads(crypto.unseal(request.asked_sealed))
    return asked


def read(typed: Mapping[str, str], today: dt.date) -> tuple[dict[str, Any], list[Problem]]:
    """The values of the filled fields, and what is wrong with those that cannot be read."""
    readers = {name: reader for name, reader in person_rules.readers(today).items() if name in FIELDS}
    values, unread = RowReader(readers, person_rules.CODES, frozenset()).read(typed)
    return {name: value for name, value in values.items() if value not in ("", None)}, [*unread.values()]


def compared(request: CorrectionRequest, today: dt.date) -> list[tuple[str, str, str]]:
    """(label, now, asked) as shown; ids masked, mobiles as they are."""
    values, _ = read(asked_of(request), today)
    return [(LABELS[name], _shown(name, _stored(request.person, name)), _shown(name, values[name]))
            for name in FIELDS if name in values]  # fmt: skip


def shown_of(person: Person, name: str) -> str:
    """A stored value as others than the keeper see it: id and mobile masked."""
    return person.masked_mobile or "—" if name == "mobile" else _shown(name, _stored(person, name))


def _answer(
    actor: Actor,
    request: CorrectionRequest,
    *,
    agrees: bool,
    decision: str,
    values: Mapping[str, Any],
    check: Check,
) -> None:
    if not agrees:
        return _settle(actor, request, State.REFUSED, decision)
    person = request.person
    if problems := _against(person, values, check):
        raise Refused(problems)
    if request.state == State.OPEN:
        request.answered_by, request.answered_at = actor.user, days.now()
    superior_first = any(name in values for name in IDENTITY) and request.keeper.parent_id is not None
    if superior_first and not actor.scope.may("approvals.decide", request.keeper):
        request.state = State.CONFIRMED
        request.save(update_fields=["state", "answered_by", "answered_at"])
        return _leave_trail(actor, request, "orgs.confirm_person_correction", {"decision": decision})
    _store(actor, request, person, values)
    return _settle(actor, request, State.GRANTED, decision)


def _store(actor: Actor, request: CorrectionRequest, person: Person, values: Mapping[str, Any]) -> None:
    before = {LABELS[name]: _shown(name, _stored(person, name)) for name in values}
    after = {LABELS[name]: _shown(name, value) for name, value in values.items()}
    people.update_people({person.pk: SimpleNamespace(**{n: values.get(n, "") for n in people.DETAILS})})
    if any(name in values for name in IDENTITY):
        who = {name: values.get(name) or _stored(person, name) for name in IDENTITY}
        people.change_identity(person.pk, **who)
    audit.record(actor, "orgs.correct_person", unit=request.keeper, person=person, before=before, after=after)


def _against(person: Person, values: Mapping[str, Any], check: Check) -> list[Problem]:
    problems = check(person, values)
    new_id = values.get("national_id")
    if new_id and people.find_people([new_id]):
        problems = [*problems, CODES.problem("request.id_known")]
    return problems


def _as_text(cell: object) -> str:
    """A cell of a form or of JSON, as text."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return "" if cell is None else str(cell).strip()


def _held(person_id: int) -> Person:
    return Person.objects.select_for_update().get(pk=person_id)


def _lock(request: CorrectionRequest) -> CorrectionRequest:
    held = CorrectionRequest.objects.select_for_update(of=("self",)).select_related(
        "person", "unit", "keeper"
    )
    fresh = held.get(pk=request.pk)
    if not fresh.is_open:
        raise Refused([CODES.problem("request.settled")])
    return fresh


def _differing(person: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != _stored(person, name)}


def _stored(person: Person, name: str) -> Any:
    return crypto.unseal(person.id_sealed) if name == "national_id" else getattr(person, name)


def _shown(name: str, value: Any) -> str:
    if name == "national_id":
        return masks.mask_id(value)
    if name == "political_status":
        return PoliticalStatus(value).label
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:%Y-%m}" if isinstance(value, dt.date) else str(value or "—")


def _labels(names: Mapping[str, Any]) -> list[str]:
    return [LABELS[name] for name in names]


def _sealed(asked: Mapping[str, str]) -> bytes:
    return crypto.seal(json.dumps(asked, ensure_ascii=False))


def _settle(actor: Actor, request: CorrectionRequest, state: str, decision: str) -> None:
    request.state, request.decision = state, decision
    request.decided_by, request.decided_at = actor.user, days.now()
    request.save()
    after = {"state": State(state).label, "decision": request.decision}
    _leave_trail(actor, request, "orgs.settle_person_correction", after)


def _leave_trail(actor: Actor, request: CorrectionRequest, action: str, after: dict[str, Any]) -> None:
    after = {"request": request.pk, "reason": request.reason, **after}
    audit.record(actor, action, unit=request.keeper, person=request.person, after=after)
