"""Requests to a superior, the part all of them share: the two buttons of a request's card."""

from typing import Any, Protocol, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from zhtj.lib.refusals import refusals_said

from orgs.requests import Request
from orgs.scopes import Actor
from progress.forms import DecisionForm
from progress.models import Asked

Answered = TypeVar("Answered", bound=Asked, contravariant=True)


class Decide(Protocol[Answered]):
    """An action that answers a request."""

    def __call__(self, actor: Actor, /, *, asked: Answered, agree: bool, remark: str = "") -> Any: ...


def answer(
    request: Request, asked: Answered, decide: Decide[Answered], *, agreed: str, declined: str, back: str
) -> HttpResponse:
    """Answer `asked` as the button and the remark say, tell the outcome, go back to the list.

    `agreed` and `declined` are the sentences said afterwards. A form without a button is no such page.
    """
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Http404
    agree, remark = form.cleaned_data["answer"] == "agree", form.cleaned_data["remark"]
    with refusals_said(request):
        decide(request.actor, asked=asked, agree=agree, remark=remark)
        messages.success(request, agreed if agree else declined)
    return redirect(back)
