"""The codes of the cadres room, each with its words and its source in the notice."""

from zhtj.lib.problems import Catalogue, Rule, Severity

from orgs import person_rules

_LEAGUE_POSTS = "附件第一至三条"
_ORGANS = "附件第一条"
CODES = Catalogue(
    [
        Rule("post.missing", "没有填写团内职务。", "团干部必须填写团内职务，例如“书记”。", _LEAGUE_POSTS),
        Rule(
            "post.unknown",
            "“{value}”不是可选的团内职务。",
            "请从下拉列表中选择：{posts}。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "post.not_at_this_kind",
            "{kind}没有“{value}”这一职务。",
            "{kind}的职务有：{posts}。请改为其中之一。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "engagement.missing",
            "没有填写团干部性质。",
            "领导机关的团干部必须填写：专职、挂职或兼职。",
            "一、工作安排 第1条",
        ),
        Rule(
            "engagement.unknown",
            "“{value}”不是可选的团干部性质。",
            "请填写：专职、挂职或兼职。",
            "一、工作安排 第1条",
        ),
        Rule(
            "appointed_on.format",
            "任职年月“{value}”无法识别。",
            "请写成 2018-09 这样的年月，单元格设为文本。",
            "国家系统惯例",
        ),
        Rule("appointed_on.future", "任职年月{value}晚于今天。", "请核对任职年月。", "国家系统惯例"),
        Rule(
            "post.twice_in_file",
            "与第{rows}行是同一人的同一职务。",
            "同一人在同一组织的同一职务只填一行，请删去多余的行。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "post.held_already",
            "此人已经担任“{unit}”的{value}。",
            "不必重复录入；要改其他内容的，请打开这条记录修改。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "full_name.differs_in_file",
            "与第{rows}行的身份证号码相同，姓名却不同。",
            "请对照身份证核对这几行的姓名和号码。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "unit.unknown",
            "没有找到组织“{value}”。",
            "请按组织编码、全称或简称填写本级组织或直属下级团支部；本级组织可以留空。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "unit.ambiguous",
            "“{value}”对应不止一个组织：{names}。",
            "请改填其中一个的组织编码。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "unit.out_of_scope",
            "“{value}”不在您可以录入团干部的范围内。",
            "只能录入本级组织和直属下级团支部的团干部；其他组织的由其管理员录入。",
            "附件第一至三条",
        ),
        Rule("unit.closed", "组织“{value}”已经撤销。", "请填写团干部现在所在的组织。", _LEAGUE_POSTS),
        Rule(
            "person.read_only",
            "此人的基本信息由“{unit}”维护，没有采用这里填写的：{names}。",
            "职务已照常处理；基本信息有误的，请与该组织联系更正。",
            "国家系统惯例",
            Severity.WARNING,
            field="full_name",
        ),
        Rule(
            "cadre.changed",
            "“{name}”的记录在您查看之后已被更改，或已不在任。",
            "请刷新页面，看清现在的内容再处理。",
            _ORGANS,
            field="record",
        ),
        Rule(
            "cadre.not_a_member",
            "此人未满28周岁，又不是本支部的团员。",
            "28周岁以下的团支部干部一般应是本支部团员，请同时“录入团员”；教师等不是团员的可以录入。",
            "附件第三条",
            Severity.WARNING,
            field="national_id",
        ),
        Rule("departed_on.missing", "没有填写离任日期。", "请填写离任日期，例如 2018-11-06。", _ORGANS),
        Rule("departed_on.format", "离任日期“{value}”无法识别。", "请写成 2018-11-06 的样子。", _ORGANS),
        Rule("departed_on.future", "离任日期{value}晚于今天。", "请在离任当天或之后再登记。", _ORGANS),
        Rule(
            "departed_on.before_appointed",
            "离任日期{value}早于任职年月{appointed}。",
            "请核对离任日期和任职年月。",
            _ORGANS,
        ),
        Rule("departure.missing", "没有选择离任原因。", "请从列表中选择。", _ORGANS),
        Rule(
            "departure.unknown",
            "“{value}”不是可选的离任原因。",
            "请选择：{known}。",
            _ORGANS,
        ),
        Rule(
            "departure.settled",
            "这条离任登记现在不能撤销。",
            "离任登记只能在当天撤销；此后又任职的，请重新录入。",
            _ORGANS,
            field="departure",
        ),
        Rule(
            "declaration.open_cadres",
            "还有{count}名团干部待核对。",
            "请逐人核对，已离任的登记离任，全部处理完再声明核对完成。",
            _ORGANS,
        ),
        Rule(
            "declaration.no_cadre",
            "本机关还没有在任的团干部。",
            "请先录入本机关团干部，包括挂职和兼职的。",
            _ORGANS,
        ),
        Rule(
            "declaration.not_an_organ",
            "“{unit}”不是团的领导机关，不需要声明核对完成。",
            "基层组织录入本级团干部即可。",
            _ORGANS,
        ),
    ]
)

# Every code a cadre's entry can meet, from all rooms.
EVERY_CODE = Catalogue([*person_rules.CODES.values(), *CODES.values()])
