"""Which unit an entry means, and whether cadres may be entered for it."""

from collections.abc import Iterable, Sequence

from zhtj.lib.problems import Problem

import orgs.queries
from cadres.rules import CODES, Entry
from orgs import finding, identity
from orgs.models import OrgUnit
from orgs.scopes import Scope

ENTER, PRELOAD = "cadres.enter", "cadres.preload"
_NAMED = 5  # of an ambiguous name's units, told in the message
_Meaning = tuple[int | None, Problem | None]  # a unit's id, or the problem with the text
_NOTHING: _Meaning = (None, None)


class Units:
    """The units one import, form or request may speak of: `unit`, its direct children, and for the
    province every leading organ.

    A text is matched by code, then full name, then short name; a blank means `unit` itself; an entry
    that already carries a `unit_id` is only looked at again. `lock=True` keeps the units from being
    closed until the transaction ends.
    """

    def __init__(self, unit: OrgUnit, scope: Scope, *, lock: bool = False) -> None:
        self.unit = unit
        self.scope = scope
        self.units: dict[int, OrgUnit] = {}  # in reach, by id
        self.preloaded: set[int] = set()  # of these, those reached only by pre-loading
        self._lock = lock

    def find_all(self, entries: Sequence[Entry]) -> list[list[Problem]]:
        """Set every `unit_id` that can be found; for each entry what is wrong with its unit.

        At most five queries, however many entries.
        """
        texts = {entry.unit for entry in entries if entry.unit_id is None and entry.unit}
        meanings = self._meanings(texts)
        for entry in entries:
            if entry.unit_id is None and "unit" not in entry.unread:
                entry.unit_id = meanings.get(entry.unit, _NOTHING)[0] if entry.unit else self.unit.pk
        self._load({entry.unit_id for entry in entries if entry.unit_id is not None})
        return [self._problems(entry, meanings) for entry in entries]

    def kind_of(self, unit_id: int | None) -> str:
        """The kind of a unit in reach, "" for any other."""
        return self.units[unit_id].kind if unit_id in self.units else ""

    def _problems(self, entry: Entry, meanings: dict[str, _Meaning]) -> list[Problem]:
        if entry.unit_id is None:
            problem = meanings.get(entry.unit, _NOTHING)[1]
            return [problem] if problem else []
        unit = self.units.get(entry.unit_id)
        if unit is None:
            return [CODES.problem("unit.out_of_scope", value=entry.unit or "该组织")]
        if unit.closed_at is not None:
            return [CODES.problem("unit.closed", value=unit.short_name)]
        return []

    def _load(self, unit_ids: Iterable[int]) -> None:
        wanted = set(unit_ids)
        entered = set(self._reached(ENTER, wanted))
        self.preloaded = set(self._reached(PRELOAD, wanted - entered)) if wanted - entered else set()
        self.units = finding.units_by_id(entered | self.preloaded, lock=self._lock)

    def _reached(self, capability: str, wanted: set[int]) -> Iterable[int]:
        if not self.scope.has(capability):
            return ()
        reached = orgs.queries.units(self.scope, capability).filter(pk__in=wanted)
        return reached.order_by().values_list("pk", flat=True)

    def _meanings(self, texts: set[str]) -> dict[str, _Meaning]:
        """What each text means: a unit's id, or the problem with it."""
        if not texts:
            return {}
        finder = orgs.queries.UnitFinder(self.unit)
        organs = _Organs(self.scope) if self.scope.has(PRELOAD) else None
        meanings = {
            text: _meaning(text, finder.find(text) or (organs.find(text) if organs else [])) for text in texts
        }
        unknown = [text for text, (unit_id, _) in meanings.items() if unit_id is None]
        for code in finding.existing_codes(unknown):
            problem = meanings[code][1]
            if problem and problem.code == "unit.unknown":
                meanings[code] = (None, CODES.problem("unit.out_of_scope", value=code))
        return meanings


class _Organs:
    """The leading organs whose cadres the province may pre-load, by code and names. One query."""

    def __init__(self, scope: Scope) -> None:
        self._by: list[dict[str, list[OrgUnit]]] = [{}, {}, {}]
        for unit in orgs.queries.units(scope, PRELOAD):
            for index, name in zip(self._by, ("code", "full_name", "short_name"), strict=True):
                if text := identity.clean(getattr(unit, name)):
                    index.setdefault(text, []).append(unit)

    def find(self, text: str) -> list[OrgUnit]:
        text = identity.clean(text)
        return next((index[text] for index in self._by if text in index), [])


def _meaning(text: str, found: Sequence[OrgUnit]) -> _Meaning:
    shown = text[:40]
    candidates = [unit for unit in found if unit.is_open] or list(found)
    if not candidates:
        return None, CODES.problem("unit.unknown", value=shown)
    if len(candidates) > 1:
        names = "、".join(f"{unit.short_name}（{unit.code}）" for unit in candidates[:_NAMED])
        return None, CODES.problem("unit.ambiguous", value=shown, names=names)
    return candidates[0].pk, None
