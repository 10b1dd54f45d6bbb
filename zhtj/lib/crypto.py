"""Sealing what must not be read from the database: national ids, raw cells, uploaded files.

A sealed value is `version (1 byte) ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag`; the
version tells a later key apart. `blind_index` is a keyed one-way number by which a sealed
id can still be found and kept unique. The key comes from the settings, never from the
database, and never reaches a log.
"""

import hashlib
import os
import uuid
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_VERSION = 1
NONCE_BYTES = 12
_BLOCK_BYTES = 64  # of SHA-256
_INDEX_DIGITS = 32  # hexadecimal: 128 bits


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
    return uuid.UUID(blind_digits([national_id])[0])


def blind_digits(national_ids: Iterable[str]) -> list[str]:
    """`blind_index` for many, each as 32 hexadecimal digits. About 1 µs each.

    HMAC by its definition, from two hashes that have the key in them already: `hmac.digest` takes the
    key in anew each time, which is more than half of its work.
    """
    inner, outer = (hashed.copy for hashed in _keyed(settings.ZHTJ_FIELD_KEY))
    found = []
    for text in national_ids:
        hashed, wrapped = inner(), outer()
        hashed.update(text.encode())
        wrapped.update(hashed.digest())
        found.append(wrapped.hexdigest()[:_INDEX_DIGITS])
    return found


def seal_all(texts: Iterable[str]) -> list[bytes]:
    """`seal` for many: one draw of random numbers, the key looked up once."""
    listed = list(texts)
    prefix, encrypt = bytes([KEY_VERSION]), _cipher(KEY_VERSION).encrypt
    nonces = os.urandom(NONCE_BYTES * len(listed))
    sealed = []
    for start, text in zip(range(0, len(nonces), NONCE_BYTES), listed, strict=True):
        nonce = nonces[start : start + NONCE_BYTES]
        sealed.append(prefix + nonce + encrypt(nonce, text.encode(), None))
    return sealed


def fingerprint() -> str:
    """By which the field key is known again: 16 hexadecimal digits that tell nothing of it."""
    return _subkey("fingerprint", settings.ZHTJ_FIELD_KEY)[:8].hex()


def cipher_for(purpose: str) -> AESGCM:
    """A cipher under a key of its own, made of the field key and `purpose`. Nonces are the caller's care:
    with a purpose that comes once, such as one with a random number in it, they may be counted."""
    return _cipher_of(purpose, settings.ZHTJ_FIELD_KEY)


@lru_cache(maxsize=8)
def _keyed(key: str) -> tuple[Any, Any]:
    """SHA-256 after the padded key, inner and outer (RFC 2104)."""
    padded = _subkey("index", key).ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ mask for byte in padded)) for mask in (0x36, 0x5C))
    return inner, outer


def _cipher(version: int) -> AESGCM:
    return _cipher_of(f"seal:{version}", settings.ZHTJ_FIELD_KEY)


@lru_cache(maxsize=8)
def _cipher_of(purpose: str, key: str) -> AESGCM:
    return AESGCM(_subkey(purpose, key))


@lru_cache(maxsize=8)
def _subkey(purpose: str, key: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=key.encode()[:64], digest_size=32).digest()
