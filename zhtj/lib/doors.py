"""Every URL is a marked door: `@door("members.enter")` or `@public`.

The mark says which capability a caller must hold *somewhere* to be let in; which unit it
holds for is decided inside, by the scope. The middleware refuses an unmarked URL and a
house test lists them, so forgetting the mark fails loudly.

    @door("members.see")                                  one capability for every method
    @door({"GET": "members.see", "POST": "members.enter"})
    class MemberViewSet(...): door = {"GET": …, "POST": …}
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SIGNED_IN = ""  # any signed-in user, whatever the grants


@dataclass(frozen=True, slots=True)
class Door:
    """`by_method` maps an HTTP method to a capability; "*" is the rest. Public doors have none."""

    by_method: dict[str, str]
    is_public: bool = False

    def capability(self, method: str) -> str | None:
        """The capability `method` needs, SIGNED_IN for none in particular; None = refused."""
        method = "GET" if method in ("HEAD", "OPTIONS") else method
        return self.by_method.get(method, self.by_method.get("*"))


def door(capability: str | dict[str, str]) -> Callable[[Any], Any]:
    """Mark a view with the capability its callers need."""

    def mark(view: Any) -> Any:
        view.door = as_door(capability)
        return view

    return mark


def public(view: Any) -> Any:
    """Mark a view as open to everybody, signed in or not."""
    view.door = Door({}, is_public=True)
    return view


def signed_in(view: Any) -> Any:
    """Mark a view as open to whoever has signed in."""
    view.door = Door({"*": SIGNED_IN})
    return view


def as_door(mark: "str | dict[str, str] | Door") -> Door:
    if isinstance(mark, Door):
        return mark
    return Door({"*": mark} if isinstance(mark, str) else dict(mark))


def door_of(view: Any) -> Door | None:
    """The mark of a resolved view, of a function or of the class behind it; None = unmarked."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        mark = getattr(holder, "door", None)
        if mark is not None:
            return as_door(mark)
    return None


def keeps_typed(view: Any) -> Any:
    """What is sent to this form after the session has ended waits, sealed, for the log-in (orgs.typed)."""
    view.keeps_typed = True
    return view


def before_password_change(view: Any) -> Any:
    """Let a signed-in user in here even while the initial password must still be changed."""
    view.before_password_change = True
    return view
