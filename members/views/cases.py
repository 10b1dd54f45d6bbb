"""Applications: what waits, one of them, asking for a correction of identity, claiming somebody."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.problems import Refused

from members import actions, queries
from members.forms import ClaimForm, DecisionForm, DisputeForm, IdentityForm
from members.models import MemberCase
from members.views.common import begun, branch_to_enter, path_to, won_by
from orgs import finding, paging
from orgs.corrections import asked_corrections, corrections, waiting_corrections
from orgs.requests import Request

PAGE_SIZE = 30
LARGEST = 2**63  # no key is as large
State, Kind = MemberCase.State, MemberCase.Kind


@door("members.see")
@never_cache
def case_list(request: Request) -> HttpResponse:
    """What waits for this account, what it has asked itself; behind it everything asked in the scope."""
    show = request.GET.get("show", "")
    waiting = queries.waiting_cases(request.scope, days.now())
    mine = queries.asked_cases(request.scope)
    found = {"all": queries.cases(request.scope), "asked": mine}.get(show, waiting)
    asked = waiting_corrections(request.scope)
    shown = {"all": corrections(request.scope), "asked": asked_corrections(request.scope)}.get(show, asked)
    page, after = paging.newest(found, request.GET.get("after", ""), PAGE_SIZE)
    context = {
        "cases": page,
        "after": after,
        "to_grant": set() if show else {case.pk for case in page if case.kind == Kind.TRANSFER},
        "corrections": shown[:PAGE_SIZE],
        "show": show,
        "waiting_count": paging.up_to(waiting, queries.MOST_CASES) + paging.up_to(asked, queries.MOST_CASES),
        "most": queries.MOST_CASES,
    }
    return render(request, "members/cases.html", context)


@require_POST
@door("members.see")
@never_cache
def case_grant(request: Request) -> HttpResponse:
    """Grant the ticked transfers, each for itself: a class that moves up is one click, not forty."""
    ticked = {int(text) for text in request.POST.getlist("case") if text.isascii() and text.isdigit()}
    waiting = queries.waiting_cases(request.scope, days.now()).filter(kind=Kind.TRANSFER)
    granted, refused = 0, []
    for case in waiting.filter(pk__in=[pk for pk in ticked if pk < LARGEST][:PAGE_SIZE]):
        try:
            actions.decide_case(request.actor, case=case, grant=True, today=days.today())
        except Refused as refusal:
            refused.append(f"{case.member.person.full_name}：{refusal}")
        else:
            granted += 1
    if granted:
        messages.success(request, f"已同意 {granted} 名团员的转接。")
    for said in refused:
        messages.error(request, said)
    if not granted and not refused:
        messages.warning(request, "没有选择等待办理的转接，请先勾选。")
    return redirect("case_list")


@door("members.see")
@never_cache
def case_detail(request: Request, pk: int) -> HttpResponse:
    """One application with what this account may do about it: answer, decide, take back."""
    case = get_object_or_404(queries.cases(request.scope), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _act(request, case, form.cleaned_data["act"], form.cleaned_data["decision"])
            messages.success(request, "已办理。")
            return redirect("case_list")
    acts = _acts(request, case)
    context = {
        "case": case,
        "form": form,
        "acts": acts,
        "may_decide": [act for act, _ in acts] != ["cancel"],
        "old": case.member.person,
        "may_use": _may_use(request, case),
        "came": queries.member_claimed(request.scope, case),
        "decider": case.decider.contact if case.decider else "",
        "holder": case.branch.contact,
    }
    return render(request, "members/case.html", context)


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_identity(request: Request, pk: int) -> HttpResponse:
    """Ask for another name or id; the superior's own correction takes effect at once."""
    member = get_object_or_404(queries.members(request.scope), pk=pk)
    request.scope.require("members.enter", member.branch)
    form = IdentityForm(request.POST or None, initial={"full_name": member.person.full_name})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            case = actions.ask_correction(
                request.actor,
                member=member,
                entry=queries.with_own_id(form.entry(days.today()), member),
                reason=form.cleaned_data["reason"],
                today=days.today(),
            )
            done = case.state == State.GRANTED
            messages.success(request, "已更正。" if done else "已提交，等待上级团组织核准。")
            return redirect("member_detail", pk=member.pk)
    context = {
        "form": form,
        "title": f"更正{member.person.full_name}的姓名或身份证号码",
        "note": f"现在登记的身份证号码：{member.person.masked_id}。由直属上级"
        f"{finding.superior_of(request.scope.unit_id)}核准后生效，前后内容都有记录。",
        "submit": "提交",
        "path": path_to(request, member.branch),
    }
    return render(request, "members/form.html", context)


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_claim(request: Request, branch_pk: int) -> HttpResponse:
    """认领: ask for somebody entered elsewhere."""
    branch = branch_to_enter(request, branch_pk)
    form = begun(request, ClaimForm)
    if form.is_bound and form.is_valid():
        with form.refusals():
            case = actions.ask_claim(
                request.actor,
                branch=branch,
                entry=form.entry(days.today(), won_by(request, branch)),
                reason=form.cleaned_data["reason"],
            )
            done = case.state == State.GRANTED
            sent = f"认领申请已送交{case.branch.short_name}，48小时内答复，逾期由共同上级裁决。"
            messages.success(request, f"已转入{branch.short_name}。" if done else sent)
            return redirect("case_detail", pk=case.pk)
    context = {
        "form": form,
        "title": "认领团员",
        "note": "此人的组织关系已由其他团支部录入、而实际在本支部的，可以提出认领。对方会看到申请人和理由。",
        "submit": "提出认领",
        "path": path_to(request, branch),
    }
    return render(request, "members/form.html", context)


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def member_dispute(request: Request, branch_pk: int) -> HttpResponse:
    """编号争议: somebody of this branch has a number that another branch's member carries."""
    branch = branch_to_enter(request, branch_pk)
    form = begun(request, DisputeForm)
    if form.is_bound and form.is_valid():
        with form.refusals():
            case = actions.ask_number(
                request.actor,
                branch=branch,
                entry=form.entry(days.today(), won_by(request, branch)),
                reason=form.cleaned_data["reason"],
                today=days.today(),
            )
            done = case.state == State.GRANTED
            sent = f"编号争议已送交{case.branch.short_name}，48小时内答复，逾期由共同上级裁决。"
            messages.success(request, "对方的编号已取消，可以录入了。" if done else sent)
            return redirect("case_detail", pk=case.pk)
    context = {
        "form": form,
        "title": "提出编号争议",
        "note": "入团志愿书上的编号已被其他团支部的团员使用的，可以提出争议。对方会看到申请人、姓名和理由；"
        "48小时内不答复或不同意的，由共同上级裁决。",
        "submit": "提出争议",
        "path": path_to(request, branch),
    }
    return render(request, "members/form.html", context)


def _may_use(request: Request, case: MemberCase) -> bool:
    """Has this account's branch won the number?"""
    won = case.to_branch if case.kind == Kind.NUMBER and case.state == State.GRANTED else None
    return won is not None and request.scope.may("members.enter", won)


def _acts(request: Request, case: MemberCase) -> list[tuple[str, str]]:
    """What this account may do about the case: (value, words) of the buttons."""
    words = _words(case)
    return [(act, words[act]) for act in actions.acts_open_to(request.actor, case, days.now())]


def _words(case: MemberCase) -> dict[str, str]:
    """The buttons' words; a decision about a number says whose it is, for 同意 would not say with whom."""
    said = {"release": "同意转出", "keep": "不同意", "cancel": "撤回申请"}
    said |= {"grant": "同意", "refuse": "不同意"}
    if case.kind == Kind.NUMBER:
        said |= {
            "release": "放弃编号",
            "grant": f"编号归{case.new_name}",
            "refuse": f"编号仍归{case.member.person.full_name}",
        }
    return said


def _act(request: Request, case: MemberCase, act: str, words: str) -> Any:
    if act in ("release", "keep"):
        return actions.answer_claim(
            request.actor, case=case, release=act == "release", answer=words, today=days.today()
        )
    if act == "cancel":
        return actions.cancel_case(request.actor, case=case)
    return actions.decide_case(
        request.actor, case=case, grant=act == "grant", decision=words, today=days.today()
    )
