"""Planting and drawing trees in a line or two."""

import pytest

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import tree
from orgs.kinds import Industry
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit
from orgs.tree import NewUnit


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def drawn(root: OrgUnit) -> list[str]:
    """The tree under `root` as indented lines, in its order."""
    units = OrgUnit.objects.filter(tree_id=root.tree_id)
    return [f"{'  ' * unit.level}{unit.short_name}" for unit in units]


def graft(parent: OrgUnit | None, *forest: NewUnit) -> list[OrgUnit]:
    return tree.graft(parent, forest, at=days.now())


def committee(name: str, *branches: str, **card: object) -> NewUnit:
    card = {"industry": Industry.HIGH_SCHOOL} | card
    return NewUnit(name, K.COMMITTEE, children=[NewUnit(branch, K.BRANCH) for branch in branches], **card)
