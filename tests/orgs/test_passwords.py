"""At what cost passwords are kept, and that hashes of another cost are replaced at the next log-in."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from zhtj import settings as stated

from orgs.passwords import Argon2

pytestmark = pytest.mark.sqlite  # no database is asked


def test_a_new_password_is_kept_at_the_stated_cost(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = stated.PASSWORD_HASHERS  # the suite has a quick one
    kept = make_password("zhtj-2018")
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("zhtj-2018", kept)
    assert not check_password("zhtj-2019", kept)


def test_a_hash_of_another_cost_opens_and_is_made_anew(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = stated.PASSWORD_HASHERS
    before = Argon2PasswordHasher().encode("zhtj-2018", "salt-of-a-time-gone")
    anew: list[str] = []
    assert check_password("zhtj-2018", before, setter=anew.append)
    assert anew == ["zhtj-2018"]
    assert not Argon2().must_update(make_password("zhtj-2018"))
