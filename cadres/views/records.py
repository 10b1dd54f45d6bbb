"""One cadre: the record, entering, verifying and correcting, leaving."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.refusals import refusals_said

from cadres import actions, queries
from cadres.forms import CadreForm, DepartForm, KeepForm
from cadres.models import Cadre, CadreState
from cadres.queries.known import describe, stored_entry
from cadres.rules import shown_entry, term
from cadres.views.places import path_to, unit_at
from orgs.models import OrgUnit
from orgs.requests import Request


@door("cadres.see")
@never_cache
def cadre_detail(request: Request, pk: int) -> HttpResponse:
    cadre = _cadre(request, pk)
    person, _ = describe([cadre.person_id], request.scope)[cadre.person_id]
    context = {
        "cadre": cadre,
        "path": path_to(request, cadre.unit),
        "facts": shown_entry(stored_entry(cadre.person, cadre)),
        "history": queries.history_of(request.scope, cadre.person),
        "keeper": person.keeper,
        "is_keeper": person.is_editable,
        "may_ask": request.scope.has("cadres.enter"),
        "term": term(cadre.appointed_on, days.today()),
        "may_enter": request.scope.may("cadres.enter", cadre.unit),
    }
    return render(request, "cadres/detail.html", context)


@door("cadres.enter")
@never_cache
@sensitive_post_parameters()
def cadre_enter(request: Request, unit_pk: int) -> HttpResponse:
    """The single entry form. Somebody who holds the very post already opens the record instead."""
    unit = _unit_to_enter(request, unit_pk)
    form = CadreForm(request.POST or None, unit=unit)
    if request.method == "POST" and form.is_valid():
        entry = form.entry(days.today())
        known = queries.post_here(request.scope, unit, entry.national_id, entry.post)
        if known:
            messages.info(request, f"{known.person.full_name}已是本组织的{known.post}，已为您打开这条记录。")
            return redirect("cadre_detail", pk=known.pk)
        with form.refusals():
            entered = actions.enter_cadre(request.actor, unit=unit, entry=entry, today=days.today())
            messages.success(request, f"已录入{entry.full_name}（{entry.post}）。")
            for problem in entered.problems:
                text = f"{entry.full_name}：{problem.message}{problem.mend}"
                messages.warning(request, text, extra_tags=problem.code)
            if "next" in request.POST:
                return redirect("cadre_enter", unit_pk=unit.pk)
            return redirect("cadre_unit", unit_pk=unit.pk)
    context = {"form": form, "unit": unit, "path": path_to(request, unit)}
    return render(request, "cadres/enter.html", context)


@door("cadres.enter")
@never_cache
@sensitive_post_parameters()
def cadre_keep(request: Request, pk: int) -> HttpResponse:
    """Verify a pre-loaded cadre, or correct one on record: the same form, everything shown."""
    cadre = _cadre_to_keep(request, pk)
    person, _ = describe([cadre.person_id], request.scope)[cadre.person_id]
    is_pending = cadre.state == CadreState.PENDING
    stored = stored_entry(cadre.person, cadre)
    initial = KeepForm.initial_of(stored) | {"seen": queries.fingerprint(cadre)}
    form = KeepForm(request.POST or None, unit=cadre.unit, person_too=person.is_editable, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            entry = form.entry(days.today())
            change = actions.keep_cadre(
                request.actor,
                cadre=cadre,
                entry=entry,
                today=days.today(),
                seen=form.cleaned_data["seen"],
            )
            return _kept(request, cadre, bool(change), is_pending)
    context = {
        "form": form,
        "cadre": cadre,
        "is_pending": is_pending,
        "keeper": "" if person.is_editable else person.keeper,
        "facts": shown_entry(stored),
        "path": path_to(request, cadre.unit),
    }
    return render(request, "cadres/keep.html", context)


def _kept(request: Request, cadre: Cadre, is_changed: bool, was_pending: bool) -> HttpResponse:
    name = cadre.person.full_name
    if not was_pending:
        messages.success(request, "已保存。" if is_changed else "没有改动。")
        return redirect("cadre_unit", unit_pk=cadre.unit_id)
    pending = queries.roster(
        request.scope, unit=cadre.unit, filters=queries.Filters(state=CadreState.PENDING, level="own")
    )
    count, following = pending.count(), pending.first()
    rest = f"还有 {count} 人待核对。" if count else "全部核对完，可以声明核对完成了。"
    messages.success(request, f"已核对{name}。{rest}")
    if following and "next" in request.POST:
        return redirect("cadre_keep", pk=following.pk)
    return redirect("cadre_unit", unit_pk=cadre.unit_id)


@door("cadres.enter")
@never_cache
def cadre_depart(request: Request, pk: int) -> HttpResponse:
    """Somebody has left this post: when and why."""
    cadre = _cadre_to_keep(request, pk)
    form = DepartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        departed_on, problems = form.day()
        form.add_problems(problems)
        with form.refusals():
            if not problems:
                actions.depart_cadre(
                    request.actor,
                    cadre=cadre,
                    departed_on=departed_on,
                    why=form.cleaned_data["departure"],
                    today=days.today(),
                )
        if not form.errors:
            way_back = "登记错了的，今天可以在“以前任职的”中撤销。"
            messages.success(request, f"已登记{cadre.person.full_name}离任（{cadre.post}）。{way_back}")
            return redirect(reverse("cadre_unit", args=[cadre.unit_id]))
    context = {"form": form, "cadre": cadre, "path": path_to(request, cadre.unit)}
    return render(request, "cadres/depart.html", context)


@door("cadres.enter")
@require_POST
def cadre_return(request: Request, pk: int) -> HttpResponse:
    """The departure was registered by mistake: take it back."""
    cadre = get_object_or_404(queries.ended(request.scope), pk=pk)
    with refusals_said(request):
        actions.take_back_departure(request.actor, cadre=cadre, today=days.today())
        messages.success(request, f"已撤销{cadre.person.full_name}的离任登记，仍任{cadre.post}。")
    return redirect("cadre_unit", unit_pk=cadre.unit_id)


def _cadre(request: Request, pk: int) -> Cadre:
    return get_object_or_404(queries.cadres(request.scope), pk=pk)


def _cadre_to_keep(request: Request, pk: int) -> Cadre:
    cadre = _cadre(request, pk)
    request.scope.require("cadres.enter", cadre.unit)
    return cadre


def _unit_to_enter(request: Request, unit_pk: int) -> OrgUnit:
    unit = unit_at(request, unit_pk)
    request.scope.require("cadres.enter", unit)
    return unit
