"""The rules of a development number as one sentence for the month chosen, from the present settings. Pure."""

import datetime as dt

from members import numbers
from members.rules.entry import Policy


def number_rule(joined_on: dt.date | None, policy: Policy) -> str:
    """What number who joined in this month needs (domain, section 6); None: no month chosen yet."""
    cutoff = policy.strict_admission_from
    if joined_on is None:
        return (
            f"{cutoff:%Y-%m}起入团的必须填写：{numbers.LENGTH}位数字，前四位为入团年份；此前入团的可以不填。"
        )
    years = "或".join(str(year) for year in numbers.years_fitting(joined_on.year, policy.number_rules))
    long = "、".join(numbers.long_starts(joined_on.year, policy.number_rules))
    batch = f"；{long}开头的16位编号也可以" if long else ""
    if policy.is_strict(joined_on):
        return (
            f"{joined_on:%Y-%m}入团：须年满{policy.minimum_age_from}周岁，有入团志愿书，"
            f"编号必须填写，{numbers.LENGTH}位数字，前四位为{years}{batch}。"
        )
    longer = f"填写的须多于{numbers.SHORTEST_OLD - 1}位，前四位为{years}{batch}"
    return f"{joined_on:%Y-%m}入团：编号可以不填；{longer}。"
