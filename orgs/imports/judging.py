"""What each row of a units workbook means beside the others and the tree there is.

In this order: read every row; find which superior it names (a row or a unit); walk the rows from
the top down, so that a row is judged when all is known of its superior: is it a unit that exists
already, may it stand there, is its name free. Rows that hang from each other in a ring are told so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhtj.lib.problems import Problem, blocking
from zhtj.lib.workbook import Row

from orgs import queries, rules
from orgs.kinds import domain_of
from orgs.models import OrgUnit
from orgs.rules import CODES, Above
from orgs.scopes import Scope

# Filled cells that change a unit which is already there; a blank cell never does.
UPDATED_FIELDS = (*rules.CARD_FIELDS, "is_private_school", "industry")
_SHOWN = 40
_NAMED = 5


@dataclass(slots=True)
class Line:
    """A row on its way: its superior is `ground` (a unit) or `above` (another row)."""

    number: int
    values: dict[str, Any]
    problems: list[Problem]
    ground: OrgUnit | None = None
    above: "Line | None" = None
    homonym: OrgUnit | None = None  # a unit of the name by which `above` is called
    unit: OrgUnit | None = None  # the unit this row already is
    standing: Above | None = None  # what rules of the rows below must know of this one
    changes: dict[str, Any] = field(default_factory=dict)
    done: bool = False

    @property
    def name(self) -> str:
        return str(self.values.get("short_name", ""))

    def say(self, code: str, **values: str | int) -> None:
        self.problems.append(CODES.problem(code, at="", severity=None, **values))

    @property
    def place(self) -> tuple[int, str]:
        """What tells the superior apart from others (a unit's key, or minus a row's number), its name."""
        if self.ground is not None:
            return self.ground.pk, self.ground.short_name
        return (-self.above.number, self.above.name) if self.above else (0, "")

    @property
    def is_good(self) -> bool:
        return not blocking(self.problems)


class Judging:
    """Judges the rows of one workbook. Reads only."""

    def __init__(self, unit: OrgUnit, scope: Scope) -> None:
        self._unit = unit
        self._scope = scope
        self._finder = queries.UnitFinder(unit, deep=True)
        self._by_code: dict[str, list[Line]] = {}
        self._by_name: dict[str, list[Line]] = {}

    def judge(self, rows: Sequence[Row]) -> list[Line]:
        """One line a row, in the same order."""
        lines = list(_read(rows))
        for line in lines:
            if "code" in line.values:
                self._by_code.setdefault(line.values["code"], []).append(line)
            if line.name:
                self._by_name.setdefault(line.name, []).append(line)
        self._used_elsewhere = self._codes_elsewhere(lines)
        for line in lines:
            self._find_above(line)
        self._grounds_in_reach(lines)
        _clashes(lines)
        for line in _from_the_top(lines):
            self._settle(line)
        return lines

    def _codes_elsewhere(self, lines: Sequence[Line]) -> set[str]:
        """Codes and names of superiors in the file that are codes of units outside the sub-tree."""
        texts = {line.values[name] for line in lines for name in ("code", "parent") if name in line.values}
        return queries.existing_codes([text for text in texts if not self._finder.find_code(text)])

    # --- which superior ---

    def _find_above(self, line: Line) -> None:
        text = line.values.get("parent")
        if any(problem.field == "parent" for problem in line.problems):
            return
        if text is None:
            line.ground = self._unit
            return
        coded = self._by_code.get(text, [])
        if len(coded) == 1:
            line.above = coded[0]
            return
        if not coded and (unit := self._finder.find_code(text)):
            self._stand_on(line, [unit], text)
            return
        named = coded or [other for other in self._by_name.get(text, []) if other is not line]
        units = [] if coded else [unit for unit in self._finder.find(text) if unit.is_open]
        if len(named) == 1 and len(units) <= 1:
            line.above, line.homonym = named[0], (units[0] if units else None)
        elif named:
            self._ambiguous(line, text, named, units)
        elif not units and line.name == text:
            line.say("parent.cycle", name=line.name)
        else:
            self._stand_on(line, units, text)

    def _stand_on(self, line: Line, units: list[OrgUnit], text: str) -> None:
        standing = [unit for unit in units if unit.is_open]
        if len(standing) == 1:
            line.ground = standing[0]
        elif standing:
            self._ambiguous(line, text, [], standing)
        elif text in self._used_elsewhere:
            line.say("parent.out_of_scope", value=text[:_SHOWN])
        else:
            line.say("parent.unknown", value=text[:_SHOWN], why="（已撤销）" if units else "")

    def _ambiguous(self, line: Line, text: str, named: Sequence[Line], units: Sequence[OrgUnit]) -> None:
        shown = [f"{unit.short_name}（{unit.code}）" for unit in units[:_NAMED]]
        shown += [f"第{other.number}行" for other in named[:_NAMED]]
        line.say("parent.ambiguous", value=text[:_SHOWN], names="、".join(shown))

    def _grounds_in_reach(self, lines: Sequence[Line]) -> None:
        """The units rows are to hang from must be such as the actor may create under. One query."""
        grounds = {line.ground.pk for line in lines if line.ground}
        reached = set(
            queries.units(self._scope, "units.create").filter(pk__in=grounds).values_list("pk", flat=True)
        )
        for line in lines:
            if line.ground and line.ground.pk not in reached:
                line.say("parent.out_of_scope", value=line.ground.short_name)
                line.ground = None

    # --- what it is there ---

    def _settle(self, line: Line) -> None:
        """Judge a row whose superior, if it is a row, is settled."""
        if line.above is not None:
            self._join(line, line.above)
        above = _above_of(line)
        if above is None:
            return
        self._recognise(line)
        if line.unit is not None or "kind" not in line.values:
            return
        kind, industry = line.values["kind"], line.values.get("industry", "")
        line.standing = Above(line.name, kind, domain_of(industry) or above.domain, above.level + 1)
        unread = {problem.field for problem in line.problems}
        for problem in rules.place_problems(line.name, kind, industry, above):
            if problem.field not in unread:
                line.problems.append(problem)
        if line.is_good:
            line.problems += rules.name_hints(line.name, kind, line.values.get("full_name", ""))

    def _join(self, line: Line, above: Line) -> None:
        """Take the place of the row above: a unit where it is one already."""
        text = line.values["parent"][:_SHOWN]
        if line.homonym is not None and (above.unit is None or above.unit.pk != line.homonym.pk):
            self._ambiguous(line, text, [above], [line.homonym])
            line.above = None
        elif not above.is_good:
            line.say("parent.unknown", value=text, why=f"（在第{above.number}行，该行有错误）")
            line.above = None
        elif above.unit is not None:
            line.ground, line.above = above.unit, None

    def _recognise(self, line: Line) -> None:
        """Find the unit this row already is, and what the row would change in it."""
        code = line.values.get("code", "")
        under, above = (line.ground.pk, line.ground.short_name) if line.ground else (0, "")
        coded = self._finder.find_code(code) if code else None
        here = self._finder.find_child(under, line.name) if under else None
        if coded is not None:
            is_same = coded.parent_id == under and coded.is_open and coded.short_name == line.name
            here = coded if is_same else None
            if not is_same:
                line.say("code.taken", value=code, where="" if coded.is_open else _by_closed(coded))
        elif code in self._used_elsewhere:
            line.say("code.taken", value=code, where="")
        elif here is not None and code:
            line.say("short_name.taken", parent=above, value=line.name, where="")
        if here is None or not line.is_good:
            return
        if here.kind != line.values["kind"]:
            line.say("short_name.taken", parent=above, value=line.name, where="")
            return
        if here.is_leading_organ and "industry" in line.values:
            line.say("industry.not_at_this_kind", name=line.name)
            return
        line.unit = here
        line.changes = {
            name: line.values[name]
            for name in UPDATED_FIELDS
            if name in line.values and line.values[name] != getattr(here, name)
        }


def _by_closed(unit: OrgUnit) -> str:
    """A code stays with its unit for good, also after an import of it was undone."""
    return f"（已撤销的“{unit.short_name}”的编码；还要用这个组织的，请在它的页面恢复）"


def _read(rows: Sequence[Row]) -> Iterator[Line]:
    read_card = rules.card_reader()
    for row in rows:
        values, problems = read_card(row.cells)
        yield Line(row.number, values, problems)


def _clashes(lines: Sequence[Line]) -> None:
    """Rows that name one unit, or one code, more than once: each is told of another."""
    by_name: dict[tuple[int, str], list[Line]] = {}
    by_code: dict[str, list[Line]] = {}
    for line in lines:
        if line.name and (line.ground or line.above):
            by_name.setdefault((line.place[0], line.name), []).append(line)
        if "code" in line.values:
            by_code.setdefault(line.values["code"], []).append(line)
    for line, other in _twice(by_name.values()):
        where = f"（见本表第{other.number}行）"
        line.say("short_name.taken", parent=line.place[1], value=line.name, where=where)
    for line, other in _twice(by_code.values()):
        line.say("code.taken", value=line.values["code"], where=f"（见本表第{other.number}行）")


def _twice(groups: Iterable[list[Line]]) -> Iterator[tuple[Line, Line]]:
    for group in groups:
        if len(group) > 1:
            yield from ((line, group[1] if line is group[0] else group[0]) for line in group)


def _from_the_top(lines: Sequence[Line]) -> Iterator[Line]:
    """Every line after the one above it; those in a ring are told so, and come as they are."""
    for line in lines:
        chain: list[Line] = []
        walked: dict[int, int] = {}
        step: Line | None = line
        while step is not None and not step.done and id(step) not in walked:
            walked[id(step)] = len(chain)
            chain.append(step)
            step = step.above
        if step is not None and not step.done:
            for member in chain[walked[id(step)] :]:
                member.say("parent.cycle", name=member.name)
                member.above = None
        for member in reversed(chain):
            member.done = True
            yield member


def _above_of(line: Line) -> Above | None:
    """What the rules must know of the superior; None where there is no telling."""
    if line.ground is not None:
        unit = line.ground
        return Above(unit.short_name, unit.kind, unit.domain, unit.level)
    if line.above is None:
        return None
    return line.above.standing
