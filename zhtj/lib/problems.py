"""What is wrong with an entry, said once and in one shape.

A *rule* is a stable code with its Chinese sentence, its way to mend, its source
and its severity. A *problem* is that rule met in one field of one entry. Rules
return problems; a form, an API answer, a sheet and a command only render them.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs (design: domain, section 8)."""

    ERROR = "error"  # blocks the row
    ACKNOWLEDGE = "acknowledge"  # blocks the batch until ticked
    WARNING = "warning"  # enters and stays visible
    HINT = "hint"  # a remark


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule met in one field. `message` is what the reader sees, `mend` what to do next."""

    field: str
    code: str
    message: str
    mend: str = ""
    severity: Severity = Severity.ERROR

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue; `text` and `mend` may hold `{placeholders}`."""

    code: str
    text: str
    mend: str
    source: str  # paragraph of the notice, or 国家系统惯例
    severity: Severity = Severity.ERROR
    field: str = ""  # where it is shown; default: the code's first word

    @property
    def where(self) -> str:
        return self.field or sys.intern(self.code.partition(".")[0])


class Catalogue(Mapping[str, Rule]):
    """The rules of one room by code. A code said twice or not at all is a programming error."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, Rule] = {}
        self._made: dict[tuple[str, str, Severity | None], Problem] = {}
        for rule in rules:
            if rule.code in self._rules:
                raise ValueError(f"rule {rule.code} is declared twice")
            self._rules[rule.code] = rule

    def __getitem__(self, code: str) -> Rule:
        return self._rules[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def problem(
        self,
        code: str,
        *,
        at: str = "",
        severity: Severity | None = None,
        **values: object,
    ) -> Problem:
        """The problem of `code` in field `at` (default: the rule's own), its text filled with `values`.

        Raises KeyError for an unknown code or a missing value.
        """
        if not values and (code, at, severity) in self._made:
            return self._made[code, at, severity]  # 50 000 faulty rows share one
        rule = self._rules[code]
        mend = rule.mend.format(**values)
        problem = Problem(
            field=at or rule.where,
            code=rule.code,
            message=rule.text.format(**values),
            mend=rule.mend if mend == rule.mend else mend,  # one text for 50 000 rows, not as many copies
            severity=severity or rule.severity,
        )
        if not values:
            self._made[code, at, severity] = problem
        return problem


@dataclass
class Refused(Exception):
    """An action said no. Nothing was written; `problems` say why and what to do instead."""

    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "；".join(problem.message for problem in self.problems)


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """Only those that keep the entry out."""
    return [problem for problem in problems if problem.blocks]
