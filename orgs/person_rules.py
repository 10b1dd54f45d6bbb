"""What is wrong with what an entry says about a person, whoever enters it.

Specification: domain, sections 4 and 5. Members and cadres share these rules; what only
members know (evidence, development number) is said in `members.rules`. Pure.
"""

import datetime as dt

from zhtj.lib.problems import Catalogue, Problem, Rule

from orgs import identity
from orgs.reading import Reader, coded, listed, national_id, text, without_id

REQUIRED_FILLED = "附件第四条第3款"
PRACTICE = "国家系统惯例"
FORMAT_ONLY = "附件第四条第3款（选填信息）"

# As read → as stored (orgs.models.PoliticalStatus).
POLITICAL_STATUSES = {
    "共青团员": "league_member",
    "中共党员": "party_member",
    "中共预备党员": "probationary",
    "群众": "masses",
    "团员": "league_member",
    "党员": "party_member",
    "预备党员": "probationary",
}
POLITICAL_STATUS_CHOICES = ("共青团员", "中共党员", "中共预备党员", "群众")
EDUCATIONS = ("小学", "初中", "高中", "中专", "大学专科", "大学本科", "硕士研究生", "博士研究生")

_ID_AS_TEXT = "请先把整列设为“文本”格式，再按身份证逐位重新填写。"

CODES = Catalogue(
    [
        Rule("full_name.missing", "没有填写姓名。", "请填写与身份证一致的姓名。", REQUIRED_FILLED),
        Rule(
            "full_name.format",
            "姓名“{value}”不符合要求。",
            "姓名为2至30个汉字，少数民族姓名各部分之间用“·”，外文姓名用字母；不能有数字和其他符号。",
            REQUIRED_FILLED,
        ),
        Rule("national_id.missing", "没有填写身份证号码。", "请填写18位身份证号码。", REQUIRED_FILLED),
        Rule(
            "national_id.lost_digits",
            "身份证号码被表格当作数字保存，末尾几位已经丢失。",
            _ID_AS_TEXT,
            REQUIRED_FILLED,
        ),
        Rule(
            "national_id.old_15", "这是15位的旧身份证号码。", "请填写现用的18位身份证号码。", REQUIRED_FILLED
        ),
        Rule(
            "national_id.format",
            "身份证号码不是18位，或含有不应有的字符。",
            "请填写18位身份证号码：前17位为数字，最后一位为数字或X。",
            REQUIRED_FILLED,
        ),
        Rule(
            "national_id.region",
            "身份证号码前两位不是任何省份的代码。",
            "请对照身份证核对开头两位。",
            "GB 11643",
        ),
        Rule(
            "national_id.birth_date",
            "身份证号码第7至14位不是可能的出生日期。",
            "请对照身份证核对出生年月日。",
            "GB 11643",
        ),
        Rule(
            "national_id.checksum",
            "身份证号码的校验位不对，至少有一位填错。",
            "请对照身份证逐位核对。",
            "GB 11643",
        ),
        Rule(
            "person.name_mismatch",
            "这个身份证号码在系统中登记的是另一个姓名。",
            "请核对姓名和身份证号码；确属登记有误的，通过“更正”修改，不能直接录入。",
            PRACTICE,
            field="full_name",
        ),
        Rule("ethnicity.missing", "没有填写民族。", "请填写民族，例如“汉族”。", REQUIRED_FILLED),
        Rule(
            "ethnicity.unknown",
            "“{value}”不是可选的民族。",
            "请从56个民族或“其他”中选择，例如“汉族”“回族”。",
            REQUIRED_FILLED,
        ),
        Rule("political_status.missing", "没有填写政治面貌。", "请填写政治面貌。", REQUIRED_FILLED),
        Rule(
            "political_status.unknown",
            "“{value}”不是可选的政治面貌。",
            "请填写：共青团员、中共党员、中共预备党员或群众。",
            REQUIRED_FILLED,
        ),
        Rule(
            "joined_on.format",
            "入团年月“{value}”无法识别。",
            "请写成 2016-05 这样的年月，单元格设为文本（数字2016.1分不清1月还是10月）。",
            REQUIRED_FILLED,
        ),
        Rule("joined_on.future", "入团年月{value}晚于今天。", "请核对入团年月。", REQUIRED_FILLED),
        Rule(
            "joined_on.before_birth",
            "入团年月{value}早于出生日期。",
            "请核对入团年月和身份证号码。",
            REQUIRED_FILLED,
        ),
        Rule("education.format", "文化程度不能超过10个字。", "请简写，例如“大学本科”。", FORMAT_ONLY),
        Rule(
            "mobile.format",
            "手机号码“{value}”不符合要求。",
            "请填写11位手机号码，没有可以不填。",
            FORMAT_ONLY,
        ),
        Rule(
            "workplace.format",
            "学习工作单位不能超过60个字，也不能含有身份证号码。",
            "请用简称。",
            FORMAT_ONLY,
        ),
        Rule(
            "email.format",
            "电子邮箱“{value}”不符合要求。",
            "请写成 name@example.com 的样子，没有可以不填。",
            FORMAT_ONLY,
        ),
        Rule("qq.format", "QQ“{value}”不符合要求。", "QQ为5至11位数字，没有可以不填。", FORMAT_ONLY),
        Rule(
            "wechat.format",
            "微信号不能超过30个字符，也不能含有身份证号码。",
            "请核对微信号，没有可以不填。",
            FORMAT_ONLY,
        ),
        Rule(
            "joined_party_on.format",
            "入党年月“{value}”无法识别。",
            "请写成 2018-06 这样的年月，没有可以不填。",
            FORMAT_ONLY,
        ),
        Rule(
            "is_volunteer.format",
            "是否注册志愿者“{value}”无法识别。",
            "请填写“是”或“否”，也可以不填。",
            FORMAT_ONLY,
        ),
    ]
)

# Columns in which the same few texts come again and again.
FEW = frozenset(
    {
        "ethnicity",
        "political_status",
        "joined_on",
        "education",
        "workplace",
        "joined_party_on",
        "is_volunteer",
    }
)


def readers(today: dt.date) -> dict[str, Reader]:
    """How each field of a person is read."""
    return {
        "full_name": coded(identity.read_name, "full_name.format"),
        "national_id": national_id(today),
        "ethnicity": coded(identity.read_ethnicity, "ethnicity.unknown"),
        "political_status": listed(POLITICAL_STATUSES, "political_status.unknown"),
        "joined_on": coded(identity.read_month, "joined_on.format"),
        "education": text(10, "education.format"),
        "mobile": coded(identity.read_mobile, "mobile.format"),
        "workplace": text(60, "workplace.format"),
        "email": coded(without_id(identity.read_email), "email.format"),
        "qq": coded(identity.read_qq, "qq.format"),
        "wechat": text(30, "wechat.format"),
        "joined_party_on": coded(identity.read_month, "joined_party_on.format"),
        "is_volunteer": coded(identity.read_yes_no, "is_volunteer.format"),
    }


def check_joined_on(joined_on: dt.date, born: dt.date | None, today: dt.date) -> Problem | None:
    """Nobody joined tomorrow or before the month of birth. `born` None where the id could not be read."""
    if joined_on > today:
        return CODES.problem("joined_on.future", value=f"{joined_on:%Y-%m}")
    if born and identity.months_between(born, joined_on) < 0:
        return CODES.problem("joined_on.before_birth", value=f"{joined_on:%Y-%m}")
    return None
