"""A refusal on a page: caught once, told beside the fields or above the page.

with form.refusals():  # or refusals_said(request), where there is no form to show it in
    actions.rename(request.actor, …)
    messages.success(request, "…")
    return redirect("…")
# refused: the page again, with what was typed and why not
"""

from collections.abc import Callable, Iterable
from types import TracebackType

from django.contrib import messages
from django.http import HttpRequest

from zhtj.lib.problems import Problem, Refused


class Refusals:
    """Ends its block at the first Refused and hands its problems to `tell`; lets any other error through."""

    def __init__(self, tell: Callable[[Iterable[Problem]], None]) -> None:
        self._tell = tell

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Refused):
            return False
        self._tell(error.problems)
        return True


def refusals_said(request: HttpRequest) -> Refusals:
    """A refusal in the block is said above the next page, a message for each problem."""
    return Refusals(lambda problems: say(request, problems))


def say(request: HttpRequest, problems: Iterable[Problem]) -> None:
    """Each problem as a message above the next page: what is wrong and what to do."""
    for problem in problems:
        messages.error(request, problem.message + problem.mend, extra_tags=problem.code)
