"""An id in a text, wherever it stands: found and masked; what only looks a little like one stays."""

import pytest

from zhtj.lib import masks


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("410102200305010017", "410***********0017"),
        ("“张三41010220030501001x”不是可选的民族。", "“张三410***********001x”不是可选的民族。"),
        ("410102200305010017、410102200305010033", "410***********0017、410***********0033"),
        ("410102200305010018", "410***********0018"),  # the check character is wrong; it tells all the same
        ("410102030501001", "410********1001"),  # of before 1999
    ],
)
def test_an_id_is_masked_wherever_it_stands(text: str, masked: str) -> None:
    assert masks.holds_id(text)
    assert masks.mask_ids(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "高一(1)班团支部",
        "13812345678",
        "201541000001",  # a development number
        "2015161234567890",  # one of sixteen characters
        "HN001001001001001",
        "410102200313010017",  # no such month
        "4101022003050100171",  # one digit more
    ],
)
def test_what_is_no_id_stays(text: str) -> None:
    assert not masks.holds_id(text)
    assert masks.mask_ids(text) == text
