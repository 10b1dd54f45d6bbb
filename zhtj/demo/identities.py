"""People who do not exist: names and national ids that are valid and never collide.

Pure and deterministic: person number *n* of a crowd is the same person on every machine. The
number is spread over places, birthdays and serials by one multiplication modulo their product,
so that neighbours differ and no two numbers below `CAPACITY` share an id.
"""

import datetime as dt
from dataclasses import dataclass
from math import gcd

# Two digits each of province, city and county; 419001 is 济源.
REGIONS = (
    *(f"41{city:02d}{county:02d}" for city in range(1, 18) for county in (2, 3, 4, 5, 21, 22, 23, 24)),
    "419001",
)
BIRTH_DAYS = 4_600  # how many birthdays a crowd spreads over: twelve and a half years
SERIALS = 1_000
CAPACITY = len(REGIONS) * BIRTH_DAYS * SERIALS
_STEP = next(step for step in range(381_966_011, 381_967_011) if gcd(step, CAPACITY) == 1)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
FIRST_SIGNS = "子雨思一佳欣梦浩俊晓文志明嘉泽宇诗若春建国秋海天心云晨永书安立新红静雅乐景"
LAST_SIGNS = "轩涵怡然琪辰阳豪杰宁瑶萌凯博鑫龙飞婷洁琳倩颖慧敏强伟磊超勇军平峰霞玲芳燕宏斌悦彤"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a made-up person is, as far as the national id and the name say."""

    national_id: str
    full_name: str
    birth_on: dt.date
    is_male: bool


class Crowd:
    """The people of one demo. On `today` they are 14 to 27 years old."""

    def __init__(self, today: dt.date) -> None:
        first = dt.date(today.year - 27, 1, 1)
        self._birthdays = [first + dt.timedelta(days=day) for day in range(BIRTH_DAYS)]
        # The weighted sum of an id is that of its three parts: three look-ups, no loop a person.
        self._regions = [(text, _weigh(text, 0)) for text in REGIONS]
        self._days = [(text, _weigh(text, 6)) for text in (f"{day:%Y%m%d}" for day in self._birthdays)]
        self._serials = [(text, _weigh(text, 14)) for text in (f"{n:03d}" for n in range(SERIALS))]

    def person(self, number: int) -> Identity:
        """Person `number` (0 ≤ number < CAPACITY). About 2 µs."""
        spread, serial = divmod(number * _STEP % CAPACITY, SERIALS)
        region, day = divmod(spread, BIRTH_DAYS)
        place, place_sum = self._regions[region]
        birth, birth_sum = self._days[day]
        tail, tail_sum = self._serials[serial]
        check = _CHECK_SIGNS[(place_sum + birth_sum + tail_sum) % 11]
        return Identity(place + birth + tail + check, name(number), self._birthdays[day], serial % 2 == 1)


def national_id(region: str, birth_on: dt.date, serial: int) -> str:
    """The 18-character id (GB 11643) of a place, a birthday and a serial 0–999; odd serials are men."""
    body = f"{region}{birth_on:%Y%m%d}{serial:03d}"
    return body + _CHECK_SIGNS[_weigh(body, 0) % 11]


def name(number: int) -> str:
    """A common name of two or three characters; names repeat, as names do."""
    number = number * 2_654_435_761 % 4_294_967_291
    number, surname = divmod(number, len(SURNAMES))
    number, last = divmod(number, len(LAST_SIGNS))
    first = number % (len(FIRST_SIGNS) * 5 // 4)
    middle = FIRST_SIGNS[first] if first < len(FIRST_SIGNS) else ""
    return SURNAMES[surname] + middle + LAST_SIGNS[last]


def _weigh(digits: str, start: int) -> int:
    """The share of `digits`, standing from place `start` on, in the checksum (ISO 7064, MOD 11-2)."""
    weights = _WEIGHTS[start : start + len(digits)]
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
