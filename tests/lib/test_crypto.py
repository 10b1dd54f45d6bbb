"""Sealing one and sealing many: the same, and never twice the same bytes."""

import pytest

from zhtj.lib import crypto


def test_what_is_sealed_alone_or_among_many_opens_the_same() -> None:
    texts = ["410102200005011234", "", "张三"]
    assert [crypto.unseal(sealed) for sealed in crypto.seal_all(texts)] == texts
    assert [crypto.unseal(crypto.seal(text)) for text in texts] == texts


def test_equal_texts_are_sealed_to_different_bytes_and_indexed_to_the_same() -> None:
    first, second = crypto.seal_all(["410102200005011234"] * 2)
    assert first != second
    assert crypto.blind_indexes(["a", "b", "a"]) == [crypto.blind_index(text) for text in "aba"]
    assert crypto.blind_index("a") != crypto.blind_index("b")


def test_a_changed_or_foreign_seal_is_broken() -> None:
    sealed = crypto.seal("410102200005011234")
    for damaged in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"\x02" + sealed[1:], sealed[:5]):
        with pytest.raises(crypto.SealBroken):
            crypto.unseal(damaged)
