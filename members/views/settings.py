"""认定设置: the province's admission settings, with what a change would mean."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.lib.problems import Refused

from members import actions, queries
from members.forms import SettingsForm
from orgs.requests import Request


@door("admission.settings")
@never_cache
def admission_settings(request: Request) -> HttpResponse:
    """Preview first counts whom the new settings would not recognise; saving is effective at once."""
    row = queries.admission_settings()
    form = SettingsForm(request.POST or None, initial=SettingsForm.initial_of(row))
    figures = None
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            if "save" in request.POST:
                change = actions.change_settings(request.actor, values=form.cleaned_data, today=days.today())
                messages.success(request, "已保存，立即生效。" if change else "没有改动。")
                return redirect("admission_settings")
            figures = _figures(request, form)
    context = {"form": form, "row": row, "figures": figures}
    return render(request, "members/settings.html", context)


def _figures(request: Request, form: SettingsForm) -> list[tuple[str, int, int]]:
    """What is counted, now and under the settings typed."""
    problems = actions.check_settings(form.cleaned_data, days.today())
    if problems:
        raise Refused(problems)
    typed = queries.policy_of(actions.preview(form.cleaned_data))
    now, new = queries.impacts(request.scope, [queries.admission_policy(), typed])
    words = {
        "members": "现有团员（上级核准放行的除外）",
        "strict": "适用从严认定",
        "under_age": "入团时不满最低年龄",
        "without_number": "没有发展团员编号",
        "other_number": "发展团员编号的长度或年份不符",
        "without_form": "入团志愿书为“无”",
        "without_evidence": "三项材料都为“无”",
    }
    return [(label, getattr(now, name), getattr(new, name)) for name, label in words.items()]
