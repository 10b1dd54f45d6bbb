"""The units workbook: several levels of the tree in one file.

Specification: interfaces, Workbooks (`units`); domain, "Units workbook". A row is a unit; its
superior is named by code or short name, in the file or below the importing unit, blank meaning the
importing unit itself. A row that is already there is unchanged, or updates the card where a filled
cell differs; everything new is planted in one pass. The same file twice changes nothing.
"""

from collections.abc import Sequence

from zhtj.lib import days
from zhtj.lib.workbook import Column, Context, Judged, Undoing, WorkbookKind

from orgs import undoing
from orgs.imports.importer import UnitImporter
from orgs.kinds import ALLOWED_CHILDREN, Industry, UnitKind
from orgs.models import OrgUnit

YES_NO = ("是", "否")

COLUMNS = (
    Column(
        "short_name",
        "组织简称",
        aliases=("简称", "组织名称", "团组织简称"),
        required=True,
        help="以团委、团工委、团总支或团支部结尾；同一上级之下不能重名。",
        width=24,
        example="第一中学团委",
    ),
    Column(
        "kind",
        "组织类别",
        aliases=("类别", "团组织类别"),
        required=True,
        help="从列表中选择。",
        choices=tuple(UnitKind.labels),
        example="基层团委",
    ),
    Column(
        "code",
        "组织编码",
        aliases=("编码", "团组织编码"),
        help="可以不填，由系统自动编码；下级行可用它指明上级。",
        width=16,
        example="A01",
    ),
    Column(
        "full_name",
        "组织全称",
        aliases=("全称", "团组织全称"),
        help="例如：中国共产主义青年团郑州市第一中学委员会。",
        width=36,
        example="中国共产主义青年团郑州市第一中学委员会",
    ),
    Column(
        "industry",
        "行业类别",
        aliases=("行业", "所属行业"),
        help="上级没有行业类别时，团委、团工委、团总支必填；团支部不填则与上级相同。",
        choices=tuple(Industry.values),
        width=18,
        example="普通高中",
    ),
    Column(
        "parent",
        "上级组织",
        aliases=("上级", "上级团组织", "直属上级"),
        help="填写上级的编码或简称，可以是本表中的另一行；不填表示直属于导入的组织。",
        width=24,
        example="第一中学团委",
    ),
    Column("is_private_school", "是否民办学校", aliases=("民办学校",), choices=YES_NO, example="否"),
    Column("phone", "联系电话", aliases=("电话",), width=16, example="0371-65902921"),
    Column("email", "电子邮箱", aliases=("邮箱", "E-mail"), width=22, example="tuanwei@example.com"),
    Column("secretary_name", "书记姓名", aliases=("书记",), example="王小明"),
    Column(
        "secretary_mobile",
        "书记手机号码",
        aliases=("书记手机", "书记手机号", "书记电话"),
        width=16,
        example="13812345678",
    ),
)


def _choices_for(unit: OrgUnit) -> dict[str, list[str]]:
    """The kinds that may stand anywhere below `unit`, for the drop-down. No query."""
    below: set[str] = set()
    found = set(ALLOWED_CHILDREN[unit.kind])
    while found - below:
        below |= found
        found = {kind for holder in found for kind in ALLOWED_CHILDREN[holder]}
    return {"kind": [kind.label for kind in UnitKind if kind in below]}


def _undo(context: Context, judged: Sequence[Judged], is_preview: bool) -> Undoing:
    """Take back what a commit of these rows wrote."""
    return undoing.undo_units(
        context.actor,
        unit=context.unit,
        batch_id=context.batch_id or 0,
        judged=judged,
        since=context.since or days.now(),
        is_preview=is_preview,
    )


KIND = WorkbookKind(
    key="units",
    title="团组织",
    columns=COLUMNS,
    capability="units.create",
    importer=UnitImporter,
    row_limit="unit_rows",
    choices_for=_choices_for,
    undo=_undo,
    explanation=lambda: (
        "一行一个组织，可以同时填写多级：先写团委，再写它的团支部，团支部的“上级组织”填团委的简称或编码。",
        "“上级组织”不填，表示直属于导入的组织。带 * 的列必填，其余可以不填。",
        "已有的组织不会重复创建；填写的内容与系统中不同的，按本表更新；空白的不改。",
    ),
)

__all__ = ["COLUMNS", "KIND", "UnitImporter"]
