"""Figures folded on the outline are those folded on the whole tree. Pure, but for the last."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from orgs.history import PastTree, drawn
from orgs.kinds import UnitKind
from progress import tally
from progress.queries import photograph
from progress.queries.outline import outline

from tests.progress.conftest import Scene

BRANCH, COMMITTEE = UnitKind.BRANCH.value, UnitKind.COMMITTEE.value
Rows = list[tuple[str, int]]  # kind and index of the unit above, in the order they were created


def tree(rows: Rows) -> PastTree:
    """The tree of these units; ids are 100 + index."""
    return drawn(
        100,
        [
            (100 + n, 100 + above if above >= 0 else None, f"C{n}", f"组织{n}", kind, "", "")
            for n, (kind, above) in reversed([*enumerate(rows)])  # told in any order
        ],
    )


#    0 province ├ 1 city ├ 2 committee ─ 3, 4 branches
#               │        ├ 5 branch
#               │        └ 6 committee
#               └ 7 branch
UNITS: Rows = [
    ("province_committee", -1),
    ("city_committee", 0),
    (COMMITTEE, 1),
    (BRANCH, 2),
    (BRANCH, 2),
    (BRANCH, 1),
    (COMMITTEE, 1),
    (BRANCH, 0),
]


def test_branches_take_the_places_right_behind_their_superior() -> None:
    drew = tree(UNITS)
    assert [(unit.unit_id, unit.place, unit.last) for unit in drew.units] == [
        (100, 0, 7),
        (107, 1, 1),  # a branch, but of the province: drawn as a unit of its own
        (101, 2, 7),
        (102, 4, 6),
        (106, 7, 7),
    ]
    assert [unit.level for unit in drew.units] == [0, 1, 1, 2, 2]
    branches = drew.branches
    assert (branches.unit_id, branches.place) == ([107, 105, 103, 104], [1, 3, 5, 6])
    assert (branches.parent_id, branches.code) == ([100, 101, 102, 102], ["C7", "C5", "C3", "C4"])


def test_who_hangs_under_another_root_is_elsewhere_and_who_hangs_nowhere_a_stray() -> None:
    rows = [(1, None), (2, None), (3, 2), (4, 9), (5, 1)]
    kinds = [COMMITTEE, COMMITTEE, BRANCH, BRANCH, BRANCH]
    drew = drawn(1, [(*row, "", "", kind, "", "") for row, kind in zip(rows, kinds, strict=True)])
    assert (drew.branches.unit_id, drew.elsewhere, drew.strays) == ([5], {2, 3}, {4})
    nobody = drawn(9, [(1, None, "", "", COMMITTEE, "", "")])
    assert (nobody.units, nobody.branches.place, nobody.elsewhere) == ([], [], {1})


def test_branches_are_leaves_of_the_unit_they_hang_under_but_a_region_is_a_node() -> None:
    frame = outline(tree(UNITS))
    assert [unit.unit_id for unit in frame.nodes] == [100, 107, 101, 102, 106]
    assert frame.parents == [-1, 0, 0, 2, 2]
    assert frame.last == [4, 1, 4, 3, 4]
    assert frame.leaf == {103: 3, 104: 3, 105: 2}
    assert [unit.unit_id for _, unit in frame.regions()] == [107, 101]
    assert [unit.unit_id for _, unit in frame.upper()] == [100, 101, 102, 106]


def test_what_is_said_of_units_outside_the_tree_is_left_out() -> None:
    frame = outline(tree(UNITS))
    assert frame.gathered([(103, 5), (104, 7), (101, 1), (9, 100)]) == [0, 0, 1, 12, 0]
    own, leaves = frame.stated({103: 5, 104: 0, 101: 9, 107: 3, 9: 100})
    assert own == [None, 3, 9, None, None]
    assert leaves == [None, None, None, 5, None]


@st.composite
def trees(draw: st.DrawFn) -> Rows:
    """Any tree in which branches have nothing below them."""
    rows: Rows = [("province_committee", -1)]
    upper = [0]
    for _ in range(draw(st.integers(0, 30))):
        is_branch = draw(st.booleans())
        rows.append((BRANCH if is_branch else COMMITTEE, draw(st.sampled_from(upper))))
        if not is_branch:
            upper.append(len(rows) - 1)
    return rows


@given(trees())
def test_every_unit_has_a_place_and_every_sub_tree_a_run_of_places(rows: Rows) -> None:
    drew = tree(rows)
    place = {unit.unit_id: unit.place for unit in drew.units}
    place |= zip(drew.branches.unit_id, drew.branches.place, strict=True)
    assert sorted(place.values()) == list(range(len(rows)))
    below: list[list[int]] = [[n] for n in range(len(rows))]
    for n in range(len(rows) - 1, 0, -1):  # created after its superior
        below[rows[n][1]] += below[n]
    for unit in drew.units:
        inside = sorted(place[100 + n] for n in below[unit.unit_id - 100])
        assert inside == list(range(unit.place, unit.last + 1))


@given(trees(), st.data())
def test_folding_on_the_outline_is_folding_on_the_tree(rows: Rows, data: st.DataObject) -> None:
    frame = outline(tree(rows))
    parents, nodes = [above for _, above in rows], [unit.unit_id - 100 for unit in frame.nodes]
    ids = [100 + n for n in range(len(rows))]
    own = [data.draw(st.integers(0, 9)) for _ in rows]
    gathered = frame.gathered(zip(ids, own, strict=True))
    entered = tally.fold(frame.parents, gathered)
    assert entered == [tally.fold(parents, own)[n] for n in nodes]
    assert tally.unbalanced(range(len(nodes)), frame.last, gathered, entered) == []

    explicit = [data.draw(st.none() | st.integers(0, 9)) for _ in rows]
    figures = {unit_id: figure for unit_id, figure in zip(ids, explicit, strict=True) if figure is not None}
    stated, leaves = frame.stated(figures)
    found = tally.fold_expected(frame.parents, stated, leaves)
    whole = tally.fold_expected(parents, explicit)
    for mine, theirs in zip(found, whole, strict=True):
        assert mine == [theirs[n] for n in nodes]


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
