"""The codes of what is done with members on record: moving, withdrawing, applications, the identity check."""

from zhtj.lib.problems import Catalogue, Rule, Severity

_BELONGING = "附件第四条第1款"
_IDENTITY = "附件第四条第2款"
_ADMIN = "附件第三条"

PROCEDURES = Catalogue(
    [
        Rule(
            "record.changed",
            "在您填写期间，这条记录已被他人更正。",
            "没有保存。请在下面逐项选择保留现在的内容还是您填写的，再保存。",
            _ADMIN,
            field="record",
        ),
        Rule(
            "version.missing",
            "没有说明更正的是哪一个版本。",
            "请先读取这条记录，把答复中的 ETag 放在 If-Match 中。",
            _ADMIN,
            field="version",
        ),
        Rule("members.none", "没有选择团员。", "请先在名册中勾选团员。", _ADMIN),
        Rule(
            "members.gone",
            "所选的团员中有{count}名已不在名册中，或不在您的管理范围内。",
            "请刷新名册后重新选择。",
            _ADMIN,
        ),
        Rule("reason.missing", "没有填写理由。", "请写明理由，对方和上级都会看到。", _ADMIN),
        Rule("reason.unknown", "离开原因不在可选范围内。", "请从列表中选择一项。", _ADMIN),
        Rule(
            "to_branch.unknown",
            "没有找到编码为“{value}”的团支部，或该支部已撤销。",
            "请向对方核对团支部的组织编码。",
            _BELONGING,
        ),
        Rule("to_branch.same", "所选团员已经在“{name}”。", "请填写另一个团支部的编码。", _BELONGING),
        Rule(
            "case.open",
            "已有一项尚未办结的{kind}申请。",
            "请等待办结，或先撤回原来的申请。",
            _BELONGING,
        ),
        Rule(
            "case.settled",
            "这项申请已经办结，或团员的组织关系已经变动。",
            "请刷新页面查看结果。",
            _BELONGING,
        ),
        Rule(
            "case.waiting",
            "原支部的答复期限还没有到，暂时不能裁决。",
            "原支部可以在48小时内同意或说明不同意的理由，期满后由共同上级裁决。",
            _BELONGING,
        ),
        Rule(
            "claim.nowhere",
            "此人目前不在其他团支部。",
            "请直接录入；已在本支部的，请在名册中查找。",
            _BELONGING,
            field="national_id",
        ),
        Rule(
            "claim.name",
            "姓名与系统中的登记不一致。",
            "请核对姓名和身份证号码。",
            _BELONGING,
            field="full_name",
        ),
        Rule(
            "request.moved",
            "此人的基本信息现在由“{unit}”维护。",
            "这项更正请求已转交该组织办理。",
            _BELONGING,
            field="request",
        ),
        Rule(
            "number.free",
            "这个编号目前没有被其他团员使用。",
            "请直接录入或更正，填写这个编号。",
            _IDENTITY,
            field="development_number",
        ),
        Rule(
            "number.own_branch",
            "这个编号由本支部的{name}使用。",
            "不必提出争议：编号填错的，请打开其记录直接更正。",
            _IDENTITY,
            field="development_number",
        ),
        Rule("correction.same", "新的姓名和身份证号码与现在的相同。", "没有需要更正的内容。", _BELONGING),
        Rule(
            "correction.id_known",
            "新的身份证号码在系统中已经登记为另一个人。",
            "请核对号码；确属重复登记的，请联系上级团组织处理。",
            _BELONGING,
            field="national_id",
        ),
        Rule(
            "youth.not_rectifiable",
            "{name}的材料有填写错误，不属于身份存疑：{why}",
            "请先更正填写错误，再列入整改。",
            _IDENTITY,
        ),
        Rule(
            "youth.listed",
            "此人也在“{unit}”的身份摸底清单中。",
            "请与该组织核对，只由团员实际所在的支部认定。",
            _IDENTITY,
            Severity.WARNING,
            field="national_id",
        ),
        Rule(
            "youth.none",
            "没有选择青年，或所选的已经办结。",
            "请在清单中勾选后再办理。",
            _IDENTITY,
        ),
        Rule(
            "youth.is_member",
            "此人已经是本支部团员，只是编号等待补正。",
            "请打开其团员记录更正编号，或由上级核准放行。",
            _IDENTITY,
        ),
        Rule(
            "youth.number_too_long",
            "发展团员编号超过{limit}个字符，无法保存。",
            "请核对编号；确实如此发放的，编号留空列入清单，上传写有编号的材料，由上级书面核准放行。",
            _IDENTITY,
            field="development_number",
        ),
        Rule("youth.settled", "这名青年已经办结。", "请刷新页面查看结果。", _IDENTITY),
        Rule(
            "youth.release_off",
            "现行设置不允许上级核准放行。",
            "请补齐材料后认定，或联系省级团委。",
            _IDENTITY,
        ),
        Rule(
            "youth.age",
            "入团时不满规定年龄的，不能核准放行。",
            "请核对入团年月和身份证号码。",
            _IDENTITY,
            field="joined_on",
        ),
        Rule(
            "document.type",
            "只能上传 JPG、PNG 图片或 PDF 文件。",
            "请将材料拍照或扫描成 JPG、PNG 或 PDF 后上传。",
            _IDENTITY,
        ),
        Rule("document.size", "文件超过 {limit} MB。", "请压缩后上传。", _IDENTITY),
        Rule("document.count", "每名青年最多上传 {limit} 份材料。", "请先删除不需要的材料。", _IDENTITY),
        Rule("settings.age", "最低年龄应在10至28之间。", "请核对后重新填写。", _IDENTITY),
        Rule("settings.overage", "超龄提示年龄应在18至99之间。", "请核对后重新填写。", _IDENTITY),
        Rule("settings.days", "整改期限应在1至365天之间。", "请核对后重新填写。", _IDENTITY),
        Rule(
            "settings.date",
            "从严认定起始日应是2010年至今的某月1日。",
            "请填写某月1日，例如 2017-01-01。",
            _IDENTITY,
        ),
    ]
)
