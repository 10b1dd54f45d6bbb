"""Figures folded on the outline are those folded on the whole tree. Pure, but for the last."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from orgs.history import Placed
from orgs.kinds import UnitKind
from progress import tally
from progress.queries import photograph
from progress.queries.outline import outline

from tests.progress.conftest import Scene

BRANCH, COMMITTEE = UnitKind.BRANCH, UnitKind.COMMITTEE


def tree(*rows: tuple[str, int]) -> list[Placed]:
    """Units depth first from (kind, place above); ids are 100 + place."""
    levels, last = [], list(range(len(rows)))
    for _, above in rows:
        levels.append(levels[above] + 1 if above >= 0 else 0)
    for place in range(len(rows) - 1, 0, -1):
        last[rows[place][1]] = max(last[rows[place][1]], last[place])
    return [
        Placed(
            place, last[place], above, levels[place], 100 + place, f"C{place}", f"组织{place}", kind, "", ""
        )
        for place, (kind, above) in enumerate(rows)
    ]


#    0 province ├ 1 city ├ 2 committee ─ 3, 4 branches
#               │        ├ 5 branch
#               │        └ 6 committee
#               └ 7 branch
UNITS = tree(
    ("province_committee", -1),
    ("city_committee", 0),
    (COMMITTEE, 1),
    (BRANCH, 2),
    (BRANCH, 2),
    (BRANCH, 1),
    (COMMITTEE, 1),
    (BRANCH, 0),
)


def test_branches_are_leaves_of_the_unit_they_hang_under_but_a_region_is_a_node() -> None:
    drawn = outline(UNITS)
    assert [unit.place for unit in drawn.nodes] == [0, 1, 2, 6, 7]
    assert drawn.parents == [-1, 0, 1, 1, 0]
    assert drawn.last == [4, 3, 2, 3, 4]
    assert drawn.home == [0, 1, 2, 2, 2, 1, 3, 4]
    assert drawn.leaf == {103: 2, 104: 2, 105: 1}
    assert [unit.place for _, unit in drawn.regions()] == [1, 7]
    assert [unit.place for _, unit in drawn.upper()] == [0, 1, 2, 6]


def test_what_is_said_of_units_outside_the_tree_is_left_out() -> None:
    drawn = outline(UNITS)
    assert drawn.gathered([(103, 5), (104, 7), (101, 1), (9, 100)]) == [0, 1, 12, 0, 0]
    own, leaves = drawn.stated({103: 5, 104: 0, 101: 9, 107: 3, 9: 100})
    assert own == [None, 9, None, None, 3]
    assert leaves == [None, None, 5, None, None]


@st.composite
def trees(draw: st.DrawFn) -> list[Placed]:
    """Any tree in which branches have nothing below them."""
    rows: list[tuple[str, int]] = [("province_committee", -1)]
    path = [0]
    for _ in range(draw(st.integers(0, 30))):
        path = path[: draw(st.integers(1, len(path)))]
        is_branch = draw(st.booleans())
        rows.append((BRANCH if is_branch else COMMITTEE, path[-1]))
        if not is_branch:
            path.append(len(rows) - 1)
    return tree(*rows)


@given(trees(), st.data())
def test_folding_on_the_outline_is_folding_on_the_tree(units: list[Placed], data: st.DataObject) -> None:
    drawn = outline(units)
    parents, places = [unit.parent for unit in units], [unit.place for unit in drawn.nodes]
    ids = [unit.unit_id for unit in units]
    own = [data.draw(st.integers(0, 9)) for _ in units]
    gathered = drawn.gathered(zip(ids, own, strict=True))
    entered = tally.fold(drawn.parents, gathered)
    assert entered == [tally.fold(parents, own)[place] for place in places]
    assert tally.unbalanced(range(len(places)), drawn.last, gathered, entered) == []
    assert tally.unbalanced(places, [unit.last for unit in drawn.nodes], own, entered) == []

    explicit = [data.draw(st.none() | st.integers(0, 9)) for _ in units]
    figures = {unit_id: figure for unit_id, figure in zip(ids, explicit, strict=True) if figure is not None}
    stated, leaves = drawn.stated(figures)
    found = tally.fold_expected(drawn.parents, stated, leaves)
    whole = tally.fold_expected(parents, explicit)
    for mine, theirs in zip(found, whole, strict=True):
        assert mine == [theirs[place] for place in places]


def test_a_branch_added_to_the_wrong_unit_fails_the_sums(scene: Scene) -> None:
    adding = photograph._by_domain

    def misplacing(*arguments: object) -> dict[str, list[int]]:
        own = adding(*arguments)
        school = own["school"]
        node = next(node for node, count in enumerate(school) if count)
        school[node], school[node - 1] = school[node] - 1, school[node - 1] + 1
        return own

    with patch.object(photograph, "_by_domain", misplacing):
        checks = {check["name"]: check["ok"] for check in scene.compute().checks}
    assert not checks["sums"]
