"""The codes of the members room, each with its words and its source in the notice."""

from zhtj.lib.problems import Catalogue, Rule, Severity

import cadres.rules
from orgs import person_rules

_ENTRY = "附件第四条第3款"
_BELONGING = "附件第四条第1款"
_IDENTITY = "附件第四条第2款"
_PRACTICE = "国家系统惯例"
_NUMBER_MEND = "请核对编号和入团年月；编号按实际发放确属如此的，列入整改并附材料说明。"

CODES = Catalogue(
    [
        Rule(
            "political_status.not_a_member",
            "政治面貌为“群众”的人不是团员。",
            "请核对政治面貌；确非团员的，从表中删去这一行。",
            _ENTRY,
        ),
        Rule("joined_on.missing", "没有填写入团年月。", "请填写入团年月，例如 2016-05。", _ENTRY),
        Rule(
            "joined_on.under_age",
            "{value}入团时不满{age}周岁。",
            "从严认定起始日之后入团的，须年满{age}周岁；请核对入团年月，无误的列入整改。",
            _IDENTITY,
        ),
        Rule(
            "joined_on.under_age_before",
            "{value}入团时不满{age}周岁。",
            "请核对入团年月；无误可以录入。",
            _PRACTICE,
            Severity.WARNING,
        ),
        Rule("branch.missing", "没有填写所在团支部。", "请填写团支部的组织编码、全称或简称。", _BELONGING),
        Rule(
            "branch.unknown",
            "没有找到团支部“{value}”。",
            "请按组织编码、全称或简称填写本级或直属下级团支部；尚未建立的，请先创建团支部。",
            _BELONGING,
        ),
        Rule(
            "branch.ambiguous",
            "“{value}”对应不止一个组织：{names}。",
            "请改填其中一个的组织编码。",
            _BELONGING,
        ),
        Rule(
            "branch.not_a_branch",
            "“{value}”不是团支部。",
            "团员的组织关系必须在一个团支部中，不能直接在团委或团总支；请填写团支部。",
            _BELONGING,
        ),
        Rule(
            "branch.out_of_scope",
            "“{value}”不在您可以录入的范围内。",
            "只能录入本支部或直属下级团支部的团员；请由该支部或其直属上级录入。",
            "附件第三条",
        ),
        Rule(
            "branch.closed",
            "团支部“{value}”已经撤销。",
            "请填写团员现在所在的团支部。",
            _BELONGING,
        ),
        Rule(
            "branch.under_three",
            "导入后“{name}”只有{count}名团员，不足3人。",
            "不足3人的团支部应当撤销或与其他团支部合并；确认后仍可录入，该支部列入待撤并清单。",
            _BELONGING,
            Severity.ACKNOWLEDGE,
        ),
        Rule("is_cadre.missing", "没有填写是否为团干部。", "请填写“是”或“否”。", _ENTRY),
        Rule("is_cadre.format", "是否为团干部“{value}”无法识别。", "请填写“是”或“否”。", _ENTRY),
        Rule(
            "development_number.format",
            "发展团员编号被表格当作数字保存，已经不完整。",
            "请先把整列设为“文本”格式，再重新填写编号。",
            _IDENTITY,
        ),
        Rule(
            "development_number.missing",
            "没有填写发展团员编号。",
            "从严认定起始日之后入团的，必须有发展团员编号；确实没有的，列入整改。",
            _IDENTITY,
        ),
        Rule(
            "development_number.length",
            "发展团员编号“{value}”的长度不对。",
            "编号应为12位{long}，从严认定起始日之前入团的须多于4位。" + _NUMBER_MEND,
            _IDENTITY,
        ),
        Rule(
            "development_number.digits",
            "发展团员编号“{value}”含有数字以外的字符。",
            "编号只能由数字组成。" + _NUMBER_MEND,
            _IDENTITY,
        ),
        Rule(
            "development_number.year",
            "发展团员编号“{value}”的年份与入团年月{joined}不符。",
            "编号前四位应为{years}。" + _NUMBER_MEND,
            _IDENTITY,
        ),
        Rule(
            "development_number.province",
            "发展团员编号“{value}”的第5、6位不是省份代码。",
            "请核对编号；无误可以录入。",
            _PRACTICE,
            Severity.WARNING,
        ),
        Rule(
            "development_number.twice_in_file",
            "发展团员编号与第{rows}行相同。",
            "每名团员的编号各不相同，请核对。",
            _IDENTITY,
        ),
        Rule(
            "development_number.taken",
            "这个发展团员编号已由“{unit}”的一名团员使用。",
            "请核对编号；编号被他人误用的，请与该组织联系或提出编号争议。",
            _IDENTITY,
        ),
        Rule(
            "identity.no_evidence",
            "入团志愿书、团员证、组织关系介绍信都填了“无”。",
            "有三者之一即可承认团员身份：入团志愿书、2017或2018年度注册过的团员证、有公章的组织关系介绍信；"
            "都没有的，列入整改。",
            _IDENTITY,
            field="application_form",
        ),
        Rule(
            "identity.no_application_form",
            "入团志愿书填了“无”。",
            "从严认定起始日之后入团的，必须能提供入团志愿书；确实没有的，列入整改。",
            _IDENTITY,
            field="application_form",
        ),
        Rule(
            "identity.evidence_unattested",
            "有{count}人的材料没有填写“有”或“无”。",
            "请确认这些团员的入团志愿书等材料确实在档；确认人和时间将被记录。",
            _IDENTITY,
            Severity.ACKNOWLEDGE,
            field="attest_evidence",
        ),
        *(
            Rule(
                f"{field}.format",
                f"{name}“{{value}}”无法识别。",
                "请填写“有”或“无”，也可以不填。",
                _IDENTITY,
            )
            for field, name in (
                ("application_form", "入团志愿书"),
                ("member_card", "团员证"),
                ("transfer_letter", "组织关系介绍信"),
            )
        ),
        Rule(
            "member.overage",
            "今天已满{age}周岁，没有团内职务。",
            "年满28周岁又没有担任团内职务的，一般应当办理离团手续；确属在团的可以录入。",
            _PRACTICE,
            Severity.WARNING,
            field="national_id",
        ),
        Rule(
            "national_id.twice_in_file",
            "身份证号码与第{rows}行相同。",
            "同一个人只能出现一次，请删去多余的行或更正号码。",
            _BELONGING,
        ),
        Rule(
            "national_id.already_here",
            "此人已经在“{unit}”。",
            "不必重复录入；内容有变化的按更新处理。",
            _BELONGING,
            Severity.HINT,
        ),
        Rule(
            "national_id.elsewhere",
            "此人的组织关系在“{unit}”。",
            "一个人只能在一个团支部。请与该组织联系办理组织关系转接，或提出认领。",
            _BELONGING,
        ),
    ]
)

# Every code a member's entry can meet, from all rooms.
EVERY_CODE = Catalogue([*person_rules.CODES.values(), *cadres.rules.CODES.values(), *CODES.values()])
