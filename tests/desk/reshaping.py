"""What the tests of merging and of the other changes of the tree share."""

from typing import Any

import pytest

from zhtj.lib.problems import Refused

from orgs.models import OrgUnit


def refusal(deed: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        deed(*args, **kwargs)
    assert all(problem.mend for problem in refused.value.problems), "every refusal says what to do instead"
    return [problem.code for problem in refused.value.problems]


def fresh(unit: OrgUnit) -> OrgUnit:
    return OrgUnit.objects.get(pk=unit.pk)
