from orgs import actions, queries
from orgs.tree import NewUnit
from tests import world
def test_the_cast_stands(cast, django_assert_num_queries):
    a = world.actor(cast.county_admin)
    with django_assert_num_queries(40):
        u = actions.create_unit(a, parent=cast.committee, new=NewUnit("高二1班团支部","团支部"))
    print(u.code, queries.paths([u, cast.city]), queries.unit_path(u), queries.region_of(u), queries.UnitFinder(cast.committee).find("高二1班团支部"))
    assert 0
