"""Which branch an entry means, and whether members may be entered into it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from zhtj.lib.problems import Problem

import orgs.queries
from members.rules import CODES, Entry
from orgs import finding
from orgs.models import OrgUnit
from orgs.scopes import Scope

_NAMED = 5  # of an ambiguous name's units, told in the message

_Meaning = tuple[int | None, Problem | None]  # a branch's id, or the problem with the text
_NOTHING: _Meaning = (None, None)


class Branches:
    """The branches one import, form or request may speak of: `unit` and its direct children.

    A text is matched by code, then full name, then short name; an entry that already carries
    a `branch_id` is only looked at again. In a branch's own workbook a blank means that branch.
    `lock=True` keeps the branches from being closed until the transaction ends.
    """

    def __init__(self, unit: OrgUnit, scope: Scope, *, lock: bool = False) -> None:
        self.unit = unit
        self.scope = scope
        self.units: dict[int, OrgUnit] = {}  # in reach, by id
        self._lock = lock

    def find_all(self, entries: Sequence[Entry]) -> list[list[Problem]]:
        """Set every `branch_id` that can be found; for each entry what is wrong with its branch.

        At most three queries, however many entries.
        """
        if self.unit.is_branch:
            for entry in entries:
                if entry.branch_id is None and not entry.branch and "branch" not in entry.unread:
                    entry.branch_id = self.unit.pk
        meanings = self._meanings(
            {entry.branch for entry in entries if entry.branch_id is None and entry.branch}
        )
        for entry in entries:
            if entry.branch_id is None:
                entry.branch_id = meanings.get(entry.branch, _NOTHING)[0]
        self._load({entry.branch_id for entry in entries if entry.branch_id is not None})
        return [self._problems(entry, meanings) for entry in entries]

    def _problems(self, entry: Entry, meanings: Mapping[str, _Meaning]) -> list[Problem]:
        if entry.branch_id is None:
            problem = meanings.get(entry.branch, _NOTHING)[1]
            return [problem] if problem else []
        branch = self.units.get(entry.branch_id)
        if branch is None:
            return [CODES.problem("branch.out_of_scope", value=entry.branch or "该团支部")]
        if branch.closed_at is not None:
            return [CODES.problem("branch.closed", value=branch.short_name)]
        return []

    def _load(self, branch_ids: Iterable[int]) -> None:
        reached = orgs.queries.units(self.scope, "members.enter").filter(pk__in=list(branch_ids))
        if self._lock:
            # Ids in order: two writers wait for each other, never in a circle.
            reached = reached.order_by("pk").select_for_update(no_key=True, of=("self",))
        self.units = {unit.pk: unit for unit in reached}

    def _meanings(self, texts: set[str]) -> dict[str, _Meaning]:
        """What each text means: a branch's id, or the problem with it."""
        if not texts:
            return {}
        finder = orgs.queries.UnitFinder(self.unit)
        meanings = {text: _meaning(text, finder.find(text)) for text in texts}
        unknown = [text for text, (branch_id, _) in meanings.items() if branch_id is None]
        for code in finding.existing_codes(unknown):
            problem = meanings[code][1]
            if problem and problem.code == "branch.unknown":
                meanings[code] = (None, CODES.problem("branch.out_of_scope", value=code))
        return meanings


def _meaning(text: str, found: Sequence[OrgUnit]) -> _Meaning:
    shown = text[:40]
    branches = [unit for unit in found if unit.is_branch]
    candidates = [unit for unit in branches if unit.is_open] or branches
    if not found:
        return None, CODES.problem("branch.unknown", value=shown)
    if not candidates:
        return None, CODES.problem("branch.not_a_branch", value=shown)
    if len(candidates) > 1:
        names = "、".join(f"{unit.short_name}（{unit.code}）" for unit in candidates[:_NAMED])
        return None, CODES.problem("branch.ambiguous", value=shown, names=names)
    return candidates[0].pk, None


def enterable(scope: Scope, unit_ids: Collection[int]) -> set[int]:
    """Those of these branches into which the scope may enter. One query."""
    found = orgs.queries.units(scope, "members.enter").filter(pk__in=unit_ids)
    return set(found.values_list("pk", flat=True))
