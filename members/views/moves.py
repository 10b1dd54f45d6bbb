"""From ticked rows of the roster: transfer or withdraw."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhtj.lib.doors import door
from zhtj.lib.problems import Refused

from members import actions, queries
from members.forms import TransferForm, WithdrawForm
from members.models import Member
from members.views.common import path_to
from orgs import finding
from orgs.requests import Request

MOST_AT_ONCE = 500


@door("members.see")
@never_cache
@require_POST
def member_transfer(request: Request) -> HttpResponse:
    """Ticked members and where to; without `confirm` the question is put first."""
    members = _ticked(request)
    if not members:
        return _nobody(request)
    form = TransferForm(request.POST if "confirm" in request.POST else None)
    if "confirm" in request.POST and form.is_valid():
        to_branch = finding.branch_by_code(form.cleaned_data["to_branch"].strip())
        with form.refusals():
            if to_branch is None:
                raise Refused([form.unknown_branch()])
            moved = actions.transfer_members(
                request.actor,
                member_ids=[member.pk for member in members],
                to_branch=to_branch,
                reason=form.cleaned_data["reason"],
            )
            if moved.done:
                messages.success(request, f"已将{moved.done}名团员转入{to_branch.short_name}。")
            if moved.asked:
                text = f"{moved.asked}名团员的转接申请已送交{to_branch.short_name}，同意后生效。"
                messages.success(request, text)
            return _back(members)
    return _ask(request, members, form, "转接组织关系", "member_transfer", "转接")


@door({"GET": "members.see", "POST": "members.enter"})
@never_cache
@require_POST
def member_withdraw(request: Request) -> HttpResponse:
    """Ticked members and why they leave; without `confirm` the question is put first."""
    members = _ticked(request)
    if not members:
        return _nobody(request)
    for branch in {member.branch_id: member.branch for member in members}.values():
        request.scope.require("members.enter", branch)
    form = WithdrawForm(request.POST if "confirm" in request.POST else None)
    if "confirm" in request.POST and form.is_valid():
        with form.refusals():
            count = actions.withdraw_members(
                request.actor,
                member_ids=[member.pk for member in members],
                reason=form.cleaned_data["reason"],
                remark=form.cleaned_data["remark"],
            )
            messages.success(request, f"{count}名团员已移出名册，历史记录保留。")
            return _back(members)
    return _ask(request, members, form, "移出名册", "member_withdraw", "移出")


def _ticked(request: Request) -> list[Member]:
    """The members ticked; 404 if one of them is not to be seen."""
    typed = [text for text in request.POST.getlist("member") if text.isascii() and text.isdigit()]
    wanted = {int(text) for text in typed if len(text) < 19}
    if len(wanted) > MOST_AT_ONCE:
        raise Http404
    members = list(queries.members(request.scope).filter(pk__in=wanted)) if wanted else []
    if len(members) != len(wanted):
        raise Http404
    return members


def _nobody(request: Request) -> HttpResponse:
    messages.warning(request, "没有选择团员，请先在名册中勾选。")
    return redirect("member_list")


def _back(members: list[Member]) -> HttpResponse:
    return redirect(f"{reverse('member_list')}?branch={members[0].branch_id}")


def _ask(
    request: Request, members: list[Member], form: object, title: str, url_name: str, verb: str
) -> HttpResponse:
    context = {
        "members": members,
        "form": form,
        "title": title,
        "url_name": url_name,
        "verb": verb,
        "path": path_to(request, members[0].branch),
    }
    return render(request, "members/move.html", context)
