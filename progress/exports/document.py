"""What is given out of one bulletin for one unit, as plain data. Every form is drawn from this alone.

Specification (design: campaign, section 3, "Given out"; look, "Pictures"). Pure: no Django, no database,
no clock. A document is a head and the lines that `queries.drawn_lines` returned; a picture, a PDF, a
Word file, a workbook and a text of the same document therefore never disagree.

- Names come from people: what cannot be seen and what turns the direction of writing is taken out here,
  once (`zhtj.lib.words`); whatever else stands in a name is shown literally.
- The *verification code* is a digest over the head and all lines (of every class, whichever of them is
  printed), so that anyone can ask whether a picture seen in a group shows the stored figures.
- The *focus* of a picture, of the text and of a ranking in the report is one stage: of the member stages
  in which the class has a part, those that have begun, are not past their deadline and in which somebody
  is not yet complete, the one due first; when there is none, the one begun last; before any has begun,
  the first.
- A unit is *listed* in a stage in which it has a part (something expected or entered). In a member stage
  one without is left out only if it has a part in another member stage: a university stands in no table
  of rural branches, while a unit of which nothing is known anywhere is shown, and seen to be missing.
- A line *lags* when it is 滞后 or 逾期, or 未开始 although the plan already asks for something.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from zhtj.lib import words

from progress import tally, terms
from progress.tally import Status
from progress.terms import MEMBERS


@dataclass(frozen=True, slots=True)
class StageHead:
    """A stage as the bulletin froze it. `measure` says what it counts."""

    key: str
    name: str
    measure: str
    opens_on: dt.date
    deadline: dt.date


@dataclass(frozen=True, slots=True)
class Line:
    """One line as shown: the keys of `report_bulletin`, `class` being called `group`, `explained`, and
    whether the province agreed to an `early` start."""

    unit: str
    name: str
    group: str
    stage: str
    domain: str
    expected: int | None
    expected_adjusted: int | None
    entered: int
    rate: float | None
    delta_1: int | None
    delta_7: int | None
    days_left: int | None
    needed_per_day: int | None
    pace: float | None
    forecast: str | None
    plan: float | None
    status: str
    rank: int | None
    explained: int | None
    early: bool = False

    @property
    def lags(self) -> bool:
        return tally.lags(Status(self.status), self.plan)

    def remarks(self, measure: str) -> list[str]:
        """What a reader has to know of the line besides its status, in a stage that counts `measure`."""
        return terms.remarks(measure, self.rate, Status(self.status))

    @property
    def has_part(self) -> bool:
        """Is there anything to count here: something expected, or something entered?"""
        return bool(self.expected) or self.entered > 0


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the figures. `number` is 第N期 with its revision; `code` the verification code.

    `cutoff` is the moment in Shanghai as read by people; `groups` names the classes in their order.
    """

    campaign: str
    day: dt.date
    day_number: int
    cutoff: dt.datetime
    number: str
    revision: int
    unit: str
    unit_name: str
    stages: tuple[StageHead, ...]
    groups: Mapping[str, str]
    domains: Mapping[str, str]
    reason: str = ""
    is_preview: bool = False
    code: str = ""
    audit_end: str = ""  # no part of what the code is over


@dataclass(frozen=True, slots=True)
class Document:
    """A head and its lines: of each stage and domain the unit's own first, then its children's."""

    head: Head
    lines: tuple[Line, ...]

    def own(self, stage: str = "", domain: str = "") -> Line | None:
        """The unit's own line; None when the unit has no part in the stage or domain."""
        found = (line for line in self._of(stage, domain) if line.unit == self.head.unit)
        return next(found, None)

    def children(self, stage: str = "", domain: str = "", group: str | None = None) -> list[Line]:
        """The children's lines in the order of the bulletin: class by class, ranked."""
        return [
            line
            for line in self._of(stage, domain)
            if line.unit != self.head.unit and group in (None, line.group)
        ]

    def listed(self, stage: str, group: str | None = None) -> tuple[list[Line], int]:
        """The children to show in a stage, and how many are left out (see the module's specification)."""
        everybody = self.children(stage, group=group)
        members = {head.key for head in self.head.stages if head.measure == MEMBERS}
        busy = {line.unit for line in self.lines if line.stage in members and line.has_part}
        shown = [line for line in everybody if line.has_part or (stage in members and line.unit not in busy)]
        return shown, len(everybody) - len(shown)

    def opened_early(self, stage: str, group: str | None = None) -> list[str]:
        """Who has an early start in a stage: the unit itself, with all below it, or those of its children."""
        own = self.own(stage)
        if own is not None and own.early:
            return [own.name]
        return [line.name for line in self.children(stage, group=group) if line.early]

    def groups(self) -> list[str]:
        """The classes among the children, in their order."""
        present = {line.group for line in self.lines if line.unit != self.head.unit}
        return [group for group in self.head.groups if group in present]

    def only(self, group: str) -> "Document":
        """The same document with the children of one class. Raises KeyError when it has none of them."""
        if group not in self.groups():
            raise KeyError(group)
        kept = [line for line in self.lines if line.unit == self.head.unit or line.group == group]
        return replace(self, lines=tuple(kept))

    def focus(self, group: str | None = None) -> StageHead | None:
        """The stage that is spoken of, for a class or for all (see the module's specification)."""
        members = [stage for stage in self.head.stages if stage.measure == MEMBERS]
        concerned = {stage.key: self._concerned(stage, group) for stage in members}
        own_part = [stage for stage in members if concerned[stage.key]] or members
        begun = [stage for stage in own_part if stage.opens_on <= self.head.day]
        running = [
            stage
            for stage in begun
            if stage.deadline >= self.head.day
            and any(line.status != Status.COMPLETE for line in concerned[stage.key])
        ]
        if running:
            return min(running, key=lambda stage: stage.deadline)
        if begun:
            return max(begun, key=lambda stage: (stage.opens_on, stage.deadline))
        return next(iter(own_part or self.head.stages), None)

    def _concerned(self, stage: StageHead, group: str | None) -> list[Line]:
        """The lines of those with a part in the stage; the unit's own where it has no children."""
        own = self.own(stage.key)
        lines = self.children(stage.key, group=group) or ([own] if own else [])
        return [line for line in lines if line.has_part]

    def _of(self, stage: str, domain: str) -> Iterable[Line]:
        return (line for line in self.lines if line.stage == stage and line.domain == domain)


def explanations(lines: Iterable[Line], measure: str) -> list[str]:
    """What the marks beside these lines of one stage mean."""
    shown = list(lines)
    remarks = [remark for line in shown for remark in line.remarks(measure)]
    return terms.explanations(remarks, is_explained=any(line.explained for line in shown))


def compose(head: Head, lines: Sequence[Mapping[str, Any]]) -> Document:
    """The document of these lines, its names cleaned and its verification code worked out. Linear."""
    read = tuple(_line(line) for line in lines)
    shown = replace(
        head,
        campaign=words.line(head.campaign),
        unit_name=words.line(head.unit_name),
        number=words.line(head.number),
        reason=words.line(head.reason),
        stages=tuple(replace(stage, name=words.line(stage.name)) for stage in head.stages),
        code=verification_code(head, lines),
    )
    return Document(shown, read)


def verification_code(head: Head, lines: Sequence[Mapping[str, Any]]) -> str:
    """Eight characters over what identifies the bulletin and everything it says, e.g. `3F9A-02C7`."""
    said = [head.campaign, head.day, head.revision, head.cutoff, head.unit, lines]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8].upper()
    return f"{digest[:4]}-{digest[4:]}"


def _line(line: Mapping[str, Any]) -> Line:
    names = [field.name for field in fields(Line) if field.name != "early"]
    values = {name: line["class" if name == "group" else name] for name in names}
    return Line(**values | {"name": words.line(line["name"]), "early": line.get("early", False)})
