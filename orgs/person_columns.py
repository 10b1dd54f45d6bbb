"""The columns of a workbook that say who somebody is: the same words in every room's workbook."""

from zhtj.lib.workbook import Column

from orgs import person_rules
from orgs.identity import ETHNICITIES

MONTH_HELP = "写成 2016-05 这样的年月"
NATIONAL_ID = Column(
    "national_id",
    "身份证号码",
    ("身份证号", "身份证", "公民身份号码", "证件号码"),
    True,
    "18位，单元格为文本",
    width=22,
)
ETHNICITY = Column("ethnicity", "民族", (), True, "", ETHNICITIES, width=10, example="汉族")
# What may be left out.
DETAILS = (
    Column("education", "文化程度", ("学历", "受教育程度"), False, "", person_rules.EDUCATIONS),
    Column("mobile", "手机号码", ("手机", "手机号", "联系电话", "电话", "联系方式"), False, "11位", width=14),
    Column("workplace", "学习工作单位", ("工作单位", "学习单位", "工作学习单位", "单位"), width=22),
    Column("email", "电子邮箱", ("邮箱", "电子邮件", "E-mail", "Email"), width=20),
    Column("qq", "QQ", ("QQ号", "QQ号码"), False, "5至11位数字"),
    Column("wechat", "微信号", ("微信",)),
    Column("joined_party_on", "入党年月", ("入党时间", "入党日期"), False, MONTH_HELP),
)
