"""Sealing what must not be read from the database: national ids, raw cells, uploaded files.

A sealed value is `version (1 byte) ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag`; the
version tells a later key apart. `blind_index` is a keyed one-way number by which a sealed
id can still be found and kept unique. The key comes from the settings, never from the
database, and never reaches a log.
"""

import hashlib
import hmac
import os
import uuid
import zlib
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_VERSION = 1
NONCE_BYTES = 12


class SealBroken(ValueError):
    """The value was sealed with another key, or changed since."""


def seal(text: str) -> bytes:
    """Encrypt `text` under the field key. About 2 µs."""
    return seal_bytes(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The text behind `seal`. Raises SealBroken."""
    return unseal_bytes(sealed).decode()


def seal_bytes(data: bytes, *, compress: bool = False) -> bytes:
    """Encrypt `data`; `compress` first squeezes it (for files and blobs of rows)."""
    nonce = os.urandom(NONCE_BYTES)
    body = zlib.compress(data, 1) if compress else data
    return bytes([KEY_VERSION]) + nonce + _cipher(KEY_VERSION).encrypt(nonce, body, None)


def unseal_bytes(sealed: bytes | memoryview, *, compress: bool = False) -> bytes:
    """The bytes behind `seal_bytes` called with the same `compress`. Raises SealBroken."""
    raw = bytes(sealed)
    if len(raw) <= 1 + NONCE_BYTES or raw[0] != KEY_VERSION:
        raise SealBroken("not sealed with a key known here")
    nonce = raw[1 : 1 + NONCE_BYTES]
    try:
        body = _cipher(raw[0]).decrypt(nonce, raw[1 + NONCE_BYTES :], None)
    except InvalidTag as error:
        raise SealBroken("sealed with another key, or damaged") from error
    return zlib.decompress(body) if compress else body


def blind_index(national_id: str) -> uuid.UUID:
    """128 bits of HMAC-SHA-256 over a normalised id: equal ids, equal index; nothing else leaks."""
    digest = hmac.digest(_subkey("index", settings.ZHTJ_FIELD_KEY), national_id.encode(), "sha256")
    return uuid.UUID(bytes=digest[:16])


def seal_all(texts: Iterable[str]) -> list[bytes]:
    """`seal` for many: the key is looked up once."""
    prefix, encrypt = bytes([KEY_VERSION]), _cipher(KEY_VERSION).encrypt
    sealed = []
    for text in texts:
        nonce = os.urandom(NONCE_BYTES)
        sealed.append(prefix + nonce + encrypt(nonce, text.encode(), None))
    return sealed


def blind_indexes(national_ids: Iterable[str]) -> list[uuid.UUID]:
    """`blind_index` for many: the key is looked up once. About 2 µs each."""
    key = _subkey("index", settings.ZHTJ_FIELD_KEY)
    digest, uuid_of = hmac.digest, uuid.UUID
    return [uuid_of(bytes=digest(key, text.encode(), "sha256")[:16]) for text in national_ids]


def _cipher(version: int) -> AESGCM:
    return _cipher_of(f"seal:{version}", settings.ZHTJ_FIELD_KEY)


@lru_cache(maxsize=8)
def _cipher_of(purpose: str, key: str) -> AESGCM:
    return AESGCM(_subkey(purpose, key))


@lru_cache(maxsize=8)
def _subkey(purpose: str, key: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=key.encode()[:64], digest_size=32).digest()
