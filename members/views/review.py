"""身份摸底: the rectification list, one person on it, the documents."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from members import actions, queries
from members.forms import MemberForm, YouthForm
from members.models import YouthUnderReview
from members.queries.review import OVERDUE, READY, SHOWN
from members.rules import number_rule, shown_entry
from members.views.common import (
    branch_to_enter,
    document_file,
    forget_draft,
    path_to,
    unit_asked,
    won_by,
)
from orgs import finding
from orgs.requests import Request

PAGE_SIZE = 50
MOST_TOLD = 20
State = YouthUnderReview.State


@door("members.see")
@never_cache
def youth_list(request: Request) -> HttpResponse:
    """The rectification list of a unit's sub-tree, with how far it is."""
    unit = unit_asked(request)
    state = request.GET.get("state", "")
    state = state if state in dict(SHOWN) else State.OPEN
    found = queries.youth_of(request.scope, unit, state, today=days.today())
    page, after = queries.youth_page(found, request.GET.get("after", ""), PAGE_SIZE)
    standing, below = queries.standings(request.scope, unit, days.today())
    enterable = queries.enterable(request.scope, {youth.branch_id for youth in page} | {unit.pk})
    context = {
        "unit": unit,
        "path": path_to(request, unit),
        "youths": page,
        "after": after,
        "enterable": enterable,
        "standing": standing,
        "below": below,
        "state": state,
        "states": SHOWN,
        "today": days.today(),
        "may_recognise": bool(enterable) and state in (State.OPEN, READY, OVERDUE),
        "may_import": request.scope.has("members.enter"),
        "may_enter": unit.is_branch and unit.is_open and unit.pk in enterable,
    }
    return render(request, "members/youth_list.html", context)


@door({"GET": "members.see", "POST": "members.enter"})
@never_cache
@require_POST
def youth_recognise(request: Request) -> HttpResponse:
    """Recognise those ticked: who may be a member becomes one, of the others the page says why not."""
    typed = [text for text in request.POST.getlist("youth") if text.isascii() and text.isdigit()]
    wanted = {int(text) for text in typed if len(text) < 19}
    unit = unit_asked(request)
    seen = list(queries.youth(request.scope).filter(pk__in=wanted))
    if len(seen) != len(wanted):
        raise Http404
    with refusals_said(request):
        came = actions.recognise_all(
            request.actor,
            unit=unit,
            youth_ids=wanted,
            today=days.today(),
            attest_evidence="attest_evidence" in request.POST,
        )
        if came.done:
            messages.success(request, f"已认定{came.done}名团员，编入各支部名册。")
        for youth, problems in came.left[:MOST_TOLD]:
            why = "".join(problem.message for problem in problems)
            messages.warning(request, f"{youth.full_name}没有认定：{why}")
        if len(came.left) > MOST_TOLD:
            messages.warning(request, f"另有{len(came.left) - MOST_TOLD}名没有认定，原因见清单。")
    return redirect(f"{reverse('youth_list')}?unit={unit.pk}")


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def youth_add(request: Request, branch_pk: int) -> HttpResponse:
    """Put one person on the list, with the evidence there is."""
    branch = branch_to_enter(request, branch_pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        won = won_by(request, branch)
        entry = form.entry(days.today(), won)
        with form.refusals():
            (youth,) = actions.put_under_review(
                request.actor, branch=branch, entries=[entry], today=days.today()
            )
            forget_draft(request.actor, branch, won)
            messages.success(request, f"已将{youth.full_name}列入整改清单。")
            return redirect("youth_detail", pk=youth.pk)
    context = {
        "form": form,
        "branch": branch,
        "path": path_to(request, branch),
        "title": "列入身份摸底",
        "number_rule": number_rule(form.month(days.today()), queries.admission_policy()),
    }
    return render(request, "members/youth_form.html", context)


@door("members.see")
@never_cache
def youth_detail(request: Request, pk: int) -> HttpResponse:
    youth = _youth(request, pk)
    return _show(request, youth, YouthForm())


@door("members.enter")
@never_cache
@sensitive_post_parameters()
def youth_mend(request: Request, pk: int) -> HttpResponse:
    """Mend the particulars of somebody on the list, the id masked; the reasons are said anew."""
    youth = _youth(request, pk)
    request.scope.require("members.enter", youth.branch)
    form = MemberForm(request.POST or None, initial=MemberForm.initial_of_youth(youth))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            youth = actions.mend_youth(
                request.actor, youth=youth, entry=form.entry(days.today(), youth), today=days.today()
            )
            left = f"，还有{len(youth.reasons)}项没有解决。" if youth.reasons else "，已符合条件，可以认定。"
            messages.success(request, f"已保存{left}")
            return redirect("youth_detail", pk=youth.pk)
    context = {
        "form": form,
        "branch": youth.branch,
        "path": path_to(request, youth.branch),
        "title": f"补正{youth.full_name}的信息",
        "number_rule": number_rule(form.month(days.today()), queries.admission_policy()),
    }
    return render(request, "members/youth_form.html", context)


@door("members.see")
@never_cache
@require_POST
def youth_act(request: Request, pk: int) -> HttpResponse:
    """Recognise, dismiss, release, or attach a document."""
    youth = _youth(request, pk)
    form = YouthForm(request.POST, request.FILES)
    if form.is_valid():
        with form.refusals():
            said = _act(request, youth, form)
            messages.success(request, said)
            return redirect("youth_detail", pk=youth.pk)
    return _show(request, youth, form)


@door("members.see")
def youth_document(request: Request, pk: int, document_pk: int) -> HttpResponse:
    """A document, opened for whoever may see the case."""
    return document_file(request.actor, _youth(request, pk), document_pk)


def _act(request: Request, youth: YouthUnderReview, form: YouthForm) -> str:
    act, words = form.cleaned_data["act"], form.cleaned_data["words"]
    if act == "recognise":
        member = actions.recognise(
            request.actor,
            youth=youth,
            today=days.today(),
            attest_evidence=form.cleaned_data["attest_evidence"],
        )
        return f"已认定{member.person.full_name}为团员，编入{member.branch.short_name}名册。"
    if act == "release":
        actions.release_youth(request.actor, youth=youth, reason=words, today=days.today())
        return "已核准放行，可以认定。"
    if act == "attach":
        actions.attach_document(request.actor, youth=youth, **form.upload())
        return "材料已上传。"
    if act == "detach":
        document = queries.document_of(youth, form.cleaned_data["document_pk"] or 0)
        if document is None:
            raise Http404
        actions.detach_document(request.actor, youth=youth, document=document)
        return "材料已删除。"
    actions.dismiss_youth(request.actor, youth=youth, remark=words)
    return "已记为不予认定。"


def _youth(request: Request, pk: int) -> YouthUnderReview:
    return get_object_or_404(queries.youth(request.scope), pk=pk)


def _show(request: Request, youth: YouthUnderReview, form: YouthForm) -> HttpResponse:
    is_open = youth.state == State.OPEN
    waits = is_open and bool(youth.reasons) and youth.released_at is None
    is_releasable = waits and queries.is_releasable(youth)
    context = {
        "youth": youth,
        "facts": shown_entry(queries.entry_of(youth)),
        "documents": youth.documents.order_by("id"),
        "form": form,
        "path": path_to(request, youth.branch),
        "may_enter": is_open and request.scope.may("members.enter", youth.branch),
        "waits": waits,
        "superior": finding.superior_of(youth.branch_id) if is_releasable else "",
        "may_release": is_releasable and request.scope.may("approvals.decide", youth.branch),
        "is_ready": not youth.reasons or youth.released_at is not None,
    }
    return render(request, "members/youth.html", context)
