"""A second, naive book of the province: what happened, told in plain dicts and counted by walking.

Nothing of the room's own arithmetic is used: no intervals, no folding, no SQL. Whoever keeps this book
beside the database can say what every line of a bulletin must be.
"""

from dataclasses import dataclass, field

from orgs.kinds import Domain, UnitKind
from orgs.models import OrgUnit

ABOVE_BRANCH = ("committee", "working_committee", "general_branch")
STAGES = {
    "members_school": ("school",),
    "members_state": ("state_enterprise", "government", "public_institution"),
    "members_other": ("rural", "community", "private_enterprise", "social_organization", "other"),
}
Row = tuple[object, ...]


@dataclass
class Entry:
    """One unit as the book knows it; `domain` only where it says its own."""

    name: str
    kind: str
    parent: str
    domain: str


@dataclass
class Book:
    """Units by code, members by number with their branch, figures by (code, domain), secretaries."""

    units: dict[str, Entry] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    figures: dict[tuple[str, str], int] = field(default_factory=dict)
    secretaries: set[str] = field(default_factory=set)

    def plant(self, unit: OrgUnit, parent: str) -> None:
        """A unit comes to be. Who states an industry has a domain of their own."""
        self.units[unit.code] = Entry(
            unit.short_name, unit.kind, parent, unit.domain if unit.industry else ""
        )

    def domain(self, code: str) -> str:
        while code:
            if self.units[code].domain:
                return self.units[code].domain
            code = self.units[code].parent
        return Domain.OTHER.value

    def below(self, code: str) -> list[str]:
        """The unit itself and everything under it, by asking everybody."""
        found = [code]
        for other, entry in self.units.items():
            if entry.parent == code:
                found += self.below(other)
        return found

    def branches(self, code: str) -> list[str]:
        return [other for other in self.below(code) if self.units[other].kind == UnitKind.BRANCH]

    def size(self, branch: str) -> int:
        return sum(where == branch for where in self.members.values())

    def entered(self, code: str, domain: str) -> int:
        return sum(self.size(branch) for branch in self.branches(code) if self.domain(branch) == domain)

    def expected(self, code: str, domain: str) -> int | None:
        if (code, domain) in self.figures:
            return self.figures[code, domain]
        children = [other for other, entry in self.units.items() if entry.parent == code]
        known = [figure for child in children if (figure := self.expected(child, domain)) is not None]
        return sum(known) if known else None

    # --- the three tables of a bulletin -----------------------------------------------------------

    def unit_rows(self) -> set[Row]:
        """code, name, parent, branches, with members, empty, under three, hollow units, without cadre."""
        rows = set()
        for code, entry in self._above():
            inside, branches = self.below(code), self.branches(code)
            sizes = [self.size(branch) for branch in branches]
            upper = [other for other in inside if self.units[other].kind != UnitKind.BRANCH]
            hollow = sum(self.units[u].kind in ABOVE_BRANCH and not self.branches(u) for u in upper)
            empty, few = sizes.count(0), sizes.count(1) + sizes.count(2)
            alone = sum(other not in self.secretaries for other in upper)
            counts = (len(branches), len(branches) - empty, empty, few, hollow, alone)
            rows.add((code, entry.name, entry.parent, *counts))
        return rows

    def line_rows(self) -> set[Row]:
        """code, stage or domain, expected, entered: every unit above branch level, zeros included."""
        rows: set[Row] = set()
        for code, _ in self._above():
            for domain in Domain.values:
                rows.add((code, domain, self.expected(code, domain), self.entered(code, domain)))
            for stage, domains in STAGES.items():
                known = [n for domain in domains if (n := self.expected(code, domain)) is not None]
                entered = sum(self.entered(code, domain) for domain in domains)
                rows.add((code, stage, sum(known) if known else None, entered))
            inside = [other for other in self.below(code) if self.units[other].kind in ABOVE_BRANCH]
            complete = sum(other in self.secretaries for other in inside)
            rows.add((code, "grassroots_cadres", len(inside), complete))
        return rows

    def branch_rows(self) -> set[Row]:
        """code, name, parent, domain, expected, members."""
        return {
            (
                code,
                entry.name,
                entry.parent,
                self.domain(code),
                self.expected(code, self.domain(code)),
                self.size(code),
            )
            for code, entry in self.units.items()
            if entry.kind == UnitKind.BRANCH
        }

    def _above(self) -> list[tuple[str, Entry]]:
        return [(code, entry) for code, entry in self.units.items() if entry.kind != UnitKind.BRANCH]
