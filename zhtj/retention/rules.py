"""What may be set for retention, with its words."""

from collections.abc import Mapping

from zhtj.lib.problems import Catalogue, Problem, Rule
from zhtj.retention.items import BY_KEY

CODES = Catalogue(
    [
        Rule(
            "retention.days",
            "“{what}”的保存天数应在{least}至{most}天之间。",
            "请填写这个范围内的整数。",
            "个人信息保护",
        ),
    ]
)


def check(values: Mapping[str, int | None]) -> list[Problem]:
    """What is wrong with these days; one problem a field."""
    problems = []
    for key, days in values.items():
        item = BY_KEY[key]
        if days is None or not item.least <= days <= item.most:
            problems.append(
                CODES.problem("retention.days", at=key, what=item.what, least=item.least, most=item.most)
            )
    return problems
