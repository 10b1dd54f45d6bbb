"""Who may see which batch and import for which unit.

A kind names the capability its rows need. The *importing* unit is where such a row may stand, or
the superior of it: a committee's admin enters members of its branches and creates units below
itself, so importing for the committee is allowed though no member may be entered on it. Which
single row is out of reach, the room's importer says (`….out_of_scope`).
"""

import re
from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Case, IntegerField, Max, Q, QuerySet, Value, When

from zhtj.imports import registry
from zhtj.imports.models import BatchState, ImportBatch, ImportRow, RowOutcome
from zhtj.lib.workbook import WorkbookKind

from orgs import finding
from orgs import queries as org_queries
from orgs.kinds import ALLOWED_CHILDREN, UnitKind
from orgs.models import OrgUnit, User
from orgs.scopes import Grant, Scope, reach_of

_A_CODE = re.compile(r"[a-z0-9_.]+")
_MOST_WORDS = 4
OPEN = (RowOutcome.MEND, RowOutcome.RECTIFY)
# Ended before anything came of them.
PUT_AWAY = (BatchState.CONTINUED, BatchState.EXPIRED, BatchState.DISCARDED)


def kinds(scope: Scope) -> list[WorkbookKind]:
    """The kinds this scope may import at all. No query."""
    return [
        kind
        for kind in registry.KINDS.values()
        if any(grant.kind in _importing_kinds(kind, grant) for grant in scope.grants)
    ]


def visible_units(scope: Scope) -> QuerySet[OrgUnit]:
    """The units one may know of: what is not among them does not exist for the caller (404)."""
    return org_queries.units(scope)


def importing_units(scope: Scope, kind: WorkbookKind) -> QuerySet[OrgUnit]:
    """The open units for which a workbook of `kind` may be uploaded, in tree order."""
    return visible_units(scope).filter(_reachable(scope, kind), closed_at=None)


def branches_below(unit: OrgUnit) -> QuerySet[OrgUnit]:
    """The open branches directly below `unit`, in tree order. One query."""
    return finding.open_children(unit).filter(kind=UnitKind.BRANCH)


def importable(scope: Scope, unit: OrgUnit) -> frozenset[str]:
    """The keys of the kinds that may be imported for `unit`. One query."""
    if not (asked := kinds(scope)):
        return frozenset()
    may = [models.ExpressionWrapper(_reachable(scope, kind), models.BooleanField()) for kind in asked]
    found = visible_units(scope).filter(pk=unit.pk, closed_at=None).order_by().values_list(*may)
    return frozenset(kind.key for row in found for kind, is_so in zip(asked, row, strict=True) if is_so)


def require(scope: Scope, kind: WorkbookKind, unit: OrgUnit) -> None:
    """Raise PermissionDenied (403) unless `kind` may be imported for `unit`. One query."""
    if not importing_units(scope, kind).filter(pk=unit.pk).exists():
        raise PermissionDenied(f"您没有为“{unit.short_name}”导入{kind.title}的权限，请联系上级团组织管理员。")


def batches(scope: Scope) -> QuerySet[ImportBatch]:
    """The batches whose kind this scope may import for their unit, newest first.

    An upload of one's own is among them as long as one may still import there.
    """
    reach = Q(pk__in=[])
    for kind in kinds(scope):
        reach |= Q(kind=kind.key) & _reachable(scope, kind, "unit")
    documents = ("file_sealed", "rows_sealed", "judged_sealed")
    people = ("uploaded_by", "taken_over_by", "committed_by", "discarded_by")
    found = ImportBatch.objects.filter(reach).select_related("unit", *people)
    return found.defer(*documents).order_by("-uploaded_at", "-pk")


def uploaded_by(found: QuerySet[ImportBatch], user: User) -> QuerySet[ImportBatch]:
    """What somebody uploaded, or took over."""
    return found.filter(Q(uploaded_by=user) | Q(taken_over_by=user))


def matching(
    found: QuerySet[ImportBatch], *, kind: str = "", state: str = "", words: str = ""
) -> QuerySet[ImportBatch]:
    """Those of a kind, in a state, and with these words in file name, unit or uploader; "" = any."""
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(state=state)
    for word in words.split()[:_MOST_WORDS]:
        found = found.filter(
            Q(file_name__icontains=word)
            | Q(unit__short_name__icontains=word)
            | Q(unit__code=word)
            | Q(uploaded_by__display_name__icontains=word)
            | Q(uploaded_by__username__iexact=word)
        )
    return found


def batch_with_form_key(scope: Scope, form_key: UUID) -> ImportBatch | None:
    """The batch an upload form already made, for the same form sent twice."""
    return batches(scope).filter(form_key=form_key).first()


def latest_by_unit(scope: Scope, kind: str, unit_ids: Sequence[int]) -> dict[int, ImportBatch]:
    """The last batch of this kind for each of these units, whoever uploaded it. One query."""
    last = (
        ImportBatch.objects.filter(kind=kind, unit__in=unit_ids)
        .exclude(state__in=PUT_AWAY)
        .order_by()
        .values("unit")
        .annotate(last=Max("pk"))
        .values("last")
    )
    return {batch.unit_id: batch for batch in batches(scope).filter(pk__in=last)}


def rows(batch: ImportBatch, *, code: str = "", outcome: str = "") -> QuerySet[ImportRow]:
    """The rows to look at: those to mend first, then to rectify, updated, warned; by row number."""
    order = Case(
        *(When(outcome=name, then=Value(place)) for place, name in enumerate((*OPEN, "updated"))),
        default=Value(9),
        output_field=IntegerField(),
    )
    found = batch.rows.exclude(outcome=RowOutcome.SKIPPED)
    if code:  # what is no code is no row's: a database may refuse to be asked for it (NUL)
        found = found.filter(codes__contains=f" {code} ") if _A_CODE.fullmatch(code) else found.none()
    if outcome:
        found = batch.rows.filter(outcome=outcome)
    return found.alias(place=order).order_by("place", "number")


def open_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """The rows that did not get in and still wait for a hand, as the sheet has them."""
    return batch.rows.filter(outcome__in=OPEN, listed={}).order_by("number")


def skipped_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    return batch.rows.filter(outcome=RowOutcome.SKIPPED).order_by("number")


def problem_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Every row with anything to say about it, as the sheet has them."""
    return batch.rows.exclude(outcome=RowOutcome.SKIPPED).exclude(codes="").order_by("number")


def spoken_of_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Every row with a problem or a change, as the sheet has them."""
    return batch.rows.exclude(outcome=RowOutcome.SKIPPED).exclude(codes="", outcome=RowOutcome.OK)


def _reachable(scope: Scope, kind: WorkbookKind, path: str = "") -> Q:
    """The predicate for rows whose importing unit at `path` lies in reach."""
    prefix = f"{path}__" if path else ""
    held = [grant.unit_id for grant in scope.grants if grant.kind in _importing_kinds(kind, grant)]
    below = scope.q(path, kind.capability)
    if kind.key in registry.BELOW:
        below &= ~Q(**{f"{prefix}kind": UnitKind.BRANCH})
    return below | Q(**{f"{prefix}pk__in": held})


def _importing_kinds(kind: WorkbookKind, grant: Grant) -> frozenset[str]:
    """Kinds of a granted unit that has a place for rows: on itself, or on children of the kinds in reach."""
    if not grant.gives(kind.capability):
        return frozenset()
    reach = reach_of(kind.capability)
    if kind.key in registry.BELOW:
        return frozenset(UnitKind.values) - {UnitKind.BRANCH}
    return reach.own | {name for name, below in ALLOWED_CHILDREN.items() if below & reach.child}
