"""The accounts of the demo: whom one can be, what for, and with which password."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from guardian.shortcuts import assign_perm

from zhtj.demo.identities import name
from zhtj.demo.shape import DEMO_BRANCH_PATH

from orgs.models import OrgUnit, User

PASSWORD = "zhtj-2018"


@dataclass(frozen=True, slots=True)
class Part:
    """One account: what it is for, its role, and its unit by the short names on the way down."""

    username: str
    what_for: str
    role: str
    path: tuple[str, ...]


_COUNTY = DEMO_BRANCH_PATH[:2]

CAST = (
    Part("branch", "团支部书记：导入本支部名单，从这里开始", "unit_admin", DEMO_BRANCH_PATH),
    Part("committee", "学校团委管理员：替下级团支部导入", "unit_admin", DEMO_BRANCH_PATH[:3]),
    Part("general", "团总支管理员", "unit_admin", (*_COUNTY, "中原区第一供电所团总支")),
    Part("working", "街道团工委管理员：领域尚未开放", "unit_admin", (*_COUNTY, "中原区北寨街道团工委")),
    Part("county", "区县团委管理员", "unit_admin", _COUNTY),
    Part("city", "团市委管理员：本市进度与排名", "unit_admin", _COUNTY[:1]),
    Part("kaifeng", "另一个市的管理员：已过 70%，各领域开放", "unit_admin", ("开封团市委",)),
    Part("province", "团省委管理员：行动设置、发布日通报", "unit_admin", ()),
    Part("staff", "团省委工作人员：查看并发布日通报", "provincial_staff", ()),
    Part("settings", "系统设置员", "settings_admin", ()),
    Part("auditor", "审计员", "auditor", ()),
    Part("viewer", "只能查看的账号", "viewer", _COUNTY[:1]),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A cast member as the log-in page, the README and `seed_demo --json` show it."""

    username: str
    password: str
    role: str
    what_for: str
    unit: str
    unit_name: str
    kind: str


def hire(province: OrgUnit) -> list[Account]:
    """Create the accounts with their grants. One password hash for all: it is public anyway."""
    password = make_password(PASSWORD)
    for number, part in enumerate(CAST):
        unit = _follow(province, part.path)
        user = User(
            username=part.username,
            password=password,
            display_name=name(9_000 + number),
            must_change_password=False,
            acting_unit=unit,
        )
        user.save()
        assign_perm(part.role, user, unit)
    return present()


def present() -> list[Account]:
    """The cast as far as it exists in this database, in its own order. One query."""
    names = [part.username for part in CAST]
    users = User.objects.filter(username__in=names, acting_unit__isnull=False).select_related("acting_unit")
    unit_of = {user.username: user.acting_unit for user in users}
    return [
        Account(part.username, PASSWORD, part.role, part.what_for, unit.code, unit.short_name, unit.kind)
        for part in CAST
        if (unit := unit_of.get(part.username))
    ]


def _follow(province: OrgUnit, path: tuple[str, ...]) -> OrgUnit:
    unit = province
    for short_name in path:
        unit = OrgUnit.objects.get(parent=unit, short_name=short_name)
    return unit
