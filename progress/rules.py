"""The codes of the room: the gate, the baselines workbook, the bulletin. Pure."""

from zhtj.lib.problems import Catalogue, Rule

GATE = "通知 一、工作安排 3(3)"
BASELINE = "通知 二、工作要求 1"
BULLETIN = "通知 二、工作要求 3"

CODES = Catalogue(
    [
        # the gate
        Rule(
            "stage.not_open_yet",
            "“{stage}”阶段{date}起开放录入，现在还不能录入这个领域的团员。",
            "请先录入已开放领域的团员，到期后再录入。",
            GATE,
            field="branch",
        ),
        Rule(
            "stage.gate_closed",
            "“{region}”的“{gate_stage}”录入率为{rate}，达到{needed}后才能录入“{stage}”的团员{already}。",
            "请先集中力量完成“{gate_stage}”的录入；条件成熟的，可由{region}向{province}申请同步推进{phone}。",
            GATE,
            field="branch",
        ),
        # asking for a gated stage early
        Rule(
            "opening.not_gated",
            "“{stage}”阶段不需要申请同步推进。",
            "按开放日期录入即可。",
            GATE,
            field="stage",
        ),
        Rule(
            "opening.not_a_region",
            "“{unit}”不是省级团委的直属下级，不能申请同步推进。",
            "请由所在的省辖市、省直管县、省管高校或省直属单位提出申请。",
            GATE,
            field="stage",
        ),
        Rule(
            "opening.open_already",
            "“{stage}”在“{region}”已经开放。",
            "不用申请，可以直接录入。",
            GATE,
            field="stage",
        ),
        Rule(
            "opening.waiting_already",
            "“{region}”同步推进“{stage}”的申请正在等待审批。",
            "请等待省级团委答复。",
            GATE,
            field="stage",
        ),
        Rule("reason.missing", "没有填写理由。", "请写明理由，不超过 500 字。", GATE),
        Rule("remark.missing", "不同意时必须写明意见。", "请写明意见，让申请单位知道怎样改进。", GATE),
        Rule(
            "request.decided_already",
            "这份申请已经审批过了。",
            "请刷新页面，查看最新状态。",
            GATE,
        ),
        # the baselines workbook
        Rule("unit.missing", "没有填写组织。", "请填写组织编码或组织简称。", BASELINE),
        Rule("unit.unknown", "没有找到组织“{text}”。", "请核对组织编码或组织简称，最好填写编码。", BASELINE),
        Rule(
            "unit.ambiguous",
            "名称为“{text}”的组织不止一个：{found}。",
            "请改填组织编码。",
            BASELINE,
        ),
        Rule(
            "unit.out_of_scope",
            "“{text}”不在您可以填报团统数的范围内。",
            "团统数由上级填报：请由该组织的上级县级以上团委填报。",
            BASELINE,
        ),
        Rule("domain.missing", "没有填写领域。", "请从下拉列表中选择一个领域。", BASELINE),
        Rule("domain.unknown", "没有“{text}”这个领域。", "可选：{choices}。", BASELINE),
        Rule(
            "domain.twice_in_file",
            "“{unit}”的“{domain}”领域在表中出现了多次：第{rows}行。",
            "同一组织同一领域只保留一行。",
            BASELINE,
        ),
        Rule(
            "count.missing",
            "没有填写{what}。",
            "请填写一个整数；确实没有的填 0。",
            BASELINE,
            field="member_count",
        ),
        Rule(
            "count.format",
            "{what}“{text}”不是可以识别的人数或个数。",
            "请填写 0 到 {most} 之间的整数。",
            BASELINE,
            field="member_count",
        ),
        Rule(
            "campaign.missing",
            "现在没有正在进行的行动，无法填报团统数。",
            "请省级团委先设置行动。",
            BASELINE,
            field="unit",
        ),
        Rule(
            "figure.changed",
            "填写期间这个数字已被他人修改，或行动已经结束。",
            "请刷新页面，核对现在的数字后再保存。",
            BASELINE,
            field="member_count",
        ),
        # adjusting a baseline
        Rule(
            "adjustment.no_campaign",
            "现在没有正在进行的行动，不能申请调整基数。",
            "行动启用以后再申请。",
            BASELINE,
            field="domain",
        ),
        Rule(
            "adjustment.of_a_branch",
            "团支部不能单独申请调整基数。",
            "请由所在的团委、团工委或团总支提出申请。",
            BASELINE,
            field="change",
        ),
        Rule(
            "adjustment.format",
            "增减人数“{text}”不是可以识别的整数。",
            "请填写不为 0 的整数，减少的在前面加“-”，例如 -12。",
            BASELINE,
            field="change",
        ),
        Rule(
            "adjustment.waiting_already",
            "“{unit}”的“{domain}”领域已有一份调整申请正在等待审批。",
            "请等待上级答复后再申请。",
            BASELINE,
            field="domain",
        ),
        # 本级录完
        Rule(
            "completion.no_campaign",
            "现在没有正在进行的行动，不用说明差额。",
            "行动启用以后再申请。",
            BASELINE,
            field="domain",
        ),
        Rule(
            "completion.nothing_expected",
            "“{unit}”的“{domain}”领域没有团统数，没有差额可以说明。",
            "请选择有团统数的领域；团统数由上级填报。",
            BASELINE,
            field="domain",
        ),
        Rule(
            "completion.nothing_missing",
            "“{domain}”领域应录入{expected}人，已录入{entered}人，没有差额。",
            "已经录完的领域不用申请。",
            BASELINE,
            field="domain",
        ),
        Rule(
            "completion.counts",
            "应录入{expected}人，已录入{entered}人，差{missing}人；说明的人数合计为{given}人。",
            "请逐项填写，合计应当正好是{missing}人。",
            BASELINE,
            field="graduated_count",
        ),
        Rule(
            "completion.waiting_already",
            "“{unit}”的“{domain}”领域已有一份录完说明正在等待上级答复。",
            "请等待答复，或撤回后重新填写。",
            BASELINE,
            field="domain",
        ),
        Rule(
            "completion.not_in_force",
            "这份说明已经撤回、退回或被新的说明代替。",
            "请刷新页面，查看最新状态。",
            BASELINE,
        ),
        # 抽查
        Rule("spot_check.answer", "没有选择查看结果。", "请选择一项结果。", BASELINE, field="state"),
        Rule(
            "spot_check.remark", "需要更正的，没有写明说明。", "请写明哪里要更正。", BASELINE, field="remark"
        ),
        Rule("spot_check.gone", "这条提示已经不存在了。", "请刷新页面，查看最新状态。", BASELINE),
        # the bulletin
        Rule(
            "bulletin.too_early",
            "{day}的通报要到{cutoff}截数以后才能计算。",
            "请在截数时间以后再计算。",
            BULLETIN,
        ),
        Rule(
            "bulletin.before_start",
            "行动从{starts_on}开始，{day}没有通报。",
            "请选择行动开始以后的日期。",
            BULLETIN,
        ),
        Rule(
            "bulletin.no_units",
            "{day}截数时还没有任何组织，无法计算通报。",
            "请选择建立组织以后的日期。",
            BULLETIN,
        ),
        Rule(
            "bulletin.reason_missing",
            "{day}的通报已经发布，更正时必须说明原因。",
            "请写明更正原因，更正后成为新的一版。",
            BULLETIN,
        ),
        Rule(
            "bulletin.not_done",
            "这份通报还没有算完，或者已经发布，不能再发布。",
            "请刷新页面，查看最新状态。",
            BULLETIN,
        ),
        Rule(
            "bulletin.computed_again",
            "{day}的通报在您查看以后又重新计算过，没有发布。",
            "请刷新页面，核对重新算出的数字，再发布。",
            BULLETIN,
        ),
        Rule(
            "bulletin.rehearsal",
            "{day}的通报是演练，不能发布，也不对外提供。",
            "演练只供省级团委查看；正式通报由进行中的行动产生。",
            BULLETIN,
        ),
        Rule(
            "bulletin.check_failed",
            "通报自检没有通过：{detail}。",
            "请先查明原因，改正后重新计算。",
            BULLETIN,
        ),
        # what is given out
        Rule(
            "bulletin.not_computed",
            "{day}的通报还没有算完，不能导出。",
            "请稍后再试；一直没有算完的，请省级团委查看原因。",
            BULLETIN,
        ),
        Rule(
            "bulletin.not_given_out",
            "{day}的通报自检没有通过，不能对外提供：{detail}。",
            "请省级团委查明原因，改正后重新计算。",
            BULLETIN,
        ),
        Rule(
            "bulletin.not_published",
            "{day}的通报还没有发布，不能对外提供。",
            "请省级团委核对并发布后再导出。",
            BULLETIN,
        ),
        Rule(
            "bulletin.unit_absent",
            "{day}的通报里没有“{unit}”。",
            "当日尚未建立或已经撤销的组织没有通报，请选择别的日期。",
            BULLETIN,
        ),
        Rule(
            "bulletin.class_absent",
            "{day}的通报里，“{unit}”没有“{group}”这一类下级。",
            "可选：{choices}。",
            BULLETIN,
        ),
    ]
)
