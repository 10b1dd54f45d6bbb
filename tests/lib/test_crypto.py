"""Sealing one and sealing many: the same, and never twice the same bytes."""

import hashlib
import hmac
from typing import Any

import pytest

from zhtj.lib import crypto


def test_what_is_sealed_alone_or_among_many_opens_the_same() -> None:
    texts = ["410102200005011234", "", "张三"]
    assert [crypto.unseal(sealed) for sealed in crypto.seal_all(texts)] == texts
    assert [crypto.unseal(crypto.seal(text)) for text in texts] == texts


def test_equal_texts_are_sealed_to_different_bytes_and_indexed_to_the_same() -> None:
    first, second = crypto.seal_all(["410102200005011234"] * 2)
    assert first != second
    assert crypto.blind_digits(["a", "b", "a"]) == [crypto.blind_index(text).hex for text in "aba"]
    assert crypto.blind_index("a") != crypto.blind_index("b")


def test_the_blind_index_is_the_hmac_of_the_standard_library(settings: Any) -> None:
    for key in ("a-field-key-for-tests-only-0123456789", "k" * 100):
        settings.ZHTJ_FIELD_KEY = key
        derived = hashlib.blake2b(b"index", key=key.encode()[:64], digest_size=32).digest()
        for text in ("410102200005011234", "", "code:王"):
            expected = hmac.digest(derived, text.encode(), "sha256")[:16]
            assert crypto.blind_index(text).bytes == expected


def test_a_changed_or_foreign_seal_is_broken() -> None:
    sealed = crypto.seal("410102200005011234")
    for damaged in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"\x02" + sealed[1:], sealed[:5]):
        with pytest.raises(crypto.SealBroken):
            crypto.unseal(damaged)
