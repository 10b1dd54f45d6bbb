"""New units on paper: a forest, flattened, judged, coded and numbered before anything is written."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from zhtj.lib import bulk
from zhtj.lib.problems import Problem

from orgs import numbering, rules
from orgs.kinds import domain_of
from orgs.models import OrgUnit
from orgs.rules import CODES, Above

CODE_LENGTH = 32


@dataclass(slots=True)
class NewUnit:
    """A unit to be created, with those to be created below it."""

    short_name: str
    kind: str
    code: str = ""  # blank: the superior's code and a running number
    full_name: str = ""
    industry: str = ""
    unit_class: str = ""  # blank: by kind and industry, for direct children of the province
    is_private_school: bool = False
    phone: str = ""
    email: str = ""
    secretary_name: str = ""
    secretary_mobile: str = ""
    children: list["NewUnit"] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """The forest to be planted under one unit (`under` None: each is the root of a new tree).

    The lists run parallel, parents first; `parents[i]` is an index into them, -1 = `under`.
    """

    under: OrgUnit | None
    tree_id: int
    news: list[NewUnit]
    parents: list[int]
    above: list[Above | None]
    codes: list[str] = field(default_factory=list)
    spans: list[numbering.Span] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [new.kind for new in self.news]

    def domain(self, index: int) -> str:
        """The domain in force: of the own industry, else the superior's."""
        above = self.above[index]
        return domain_of(self.news[index].industry) or (above.domain if above else "")

    def level(self, index: int) -> int:
        above = self.above[index]
        return above.level + 1 if above else 0


def draw_up(under: OrgUnit | None, forest: Sequence[NewUnit]) -> Plan:
    """Flatten a forest, depth first. Codes and numbers come later."""
    plan = Plan(under, under.tree_id if under else 0, [], [], [])
    ground = Above(under.short_name, under.kind, under.domain, under.level) if under else None
    stack: list[tuple[NewUnit, int, Above | None]] = [(new, -1, ground) for new in reversed(forest)]
    while stack:
        new, parent, above = stack.pop()
        index = len(plan.news)
        plan.news.append(new)
        plan.parents.append(parent)
        plan.above.append(above)
        mine = Above(new.short_name, new.kind, plan.domain(index), plan.level(index))
        stack.extend((child, index, mine) for child in reversed(new.children))
    return plan


def problems_of(plans: Iterable[Plan]) -> list[Problem]:
    """What forbids the plans: places and sibling names. At most one query a plan."""
    problems: list[Problem] = []
    for plan in plans:
        if plan.under is not None and not plan.under.is_open:
            problems.append(CODES.problem("parent.unknown", value=plan.under.short_name, why="（已撤销）"))
        for new, above in zip(plan.news, plan.above, strict=True):
            problems += rules.place_problems(new.short_name, new.kind, new.industry, above)
        problems += _same_names(plan)
    return problems


def _same_names(plan: Plan) -> Iterator[Problem]:
    """Short names used twice among siblings, in the forest or with those there are."""
    seen = {(-1, name) for name in _names_under(plan)}
    for new, parent, above in zip(plan.news, plan.parents, plan.above, strict=True):
        if (parent, new.short_name) in seen:
            shown = above.short_name if above else ""
            yield CODES.problem("short_name.taken", parent=shown, value=new.short_name, where="")
        seen.add((parent, new.short_name))


def _names_under(plan: Plan) -> Iterator[str]:
    """Those of the new short names that open units under the same superior already have."""
    if plan.under is None:
        return iter(())
    names = [new.short_name for new, parent in zip(plan.news, plan.parents, strict=True) if parent < 0]
    siblings = OrgUnit.objects.filter(parent=plan.under, closed_at=None).order_by()
    return bulk.among(siblings.values_list("short_name", flat=True), "short_name", names)


def give_codes(plans: Sequence[Plan], held: dict[int, int]) -> list[Problem]:
    """Settle the code of every new unit; what is wrong with the stated ones.

    A code not stated is the superior's and the number of its next child (`held`: children there are
    so far, by superior), passing over numbers used before. One query for all, one more for every
    number passed over.
    """
    stated = [new.code for plan in plans for new in plan.news if new.code]
    doubles = {code for code, times in Counter(stated).items() if times > 1}
    taken = set(stated)
    while True:
        for plan in plans:
            plan.codes = _numbered(plan, held, taken)
        codes = [code for plan in plans for code in plan.codes]
        existing = OrgUnit.objects.order_by().values_list("code", flat=True)
        used = set(bulk.among(existing, "code", codes))
        if used <= set(stated):
            return [CODES.problem("code.taken", value=code, where="") for code in sorted(doubles | used)]
        taken |= used


def _numbered(plan: Plan, held: dict[int, int], taken: set[str]) -> list[str]:
    codes: list[str] = []
    last = {-1: held.get(plan.under.pk, 0) if plan.under else 0}
    given: set[str] = set()
    for new, parent in zip(plan.news, plan.parents, strict=True):
        code = new.code
        above = codes[parent] if parent >= 0 else plan.under.code if plan.under else "T"
        while not code:
            last[parent] = last.get(parent, 0) + 1
            code = numbered_code(above, last[parent])
            if code in taken or code in given:
                code = ""
        given.add(code)
        codes.append(code)
    return codes


def numbered_code(above: str, number: int) -> str:
    """`HN01`, 7 → `HN01007`; from 1000 on `HN01-1000`. A long code is cut and told apart by a digest."""
    tail = f"{number:03d}" if number < 1000 else f"-{number}"
    if len(above) + len(tail) > CODE_LENGTH:
        digest = hashlib.blake2s(above.encode(), digest_size=4).hexdigest()
        above = above[: CODE_LENGTH - len(digest) - len(tail)] + digest
    return above + tail
