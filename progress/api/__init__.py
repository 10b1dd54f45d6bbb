"""The room over the API: the same scope, rules, codes and figures as the pages."""

from django.urls import path

from zhtj.lib.doors import door

from progress import converters  # noqa: F401 - knows <day:…>
from progress.api import figures, lists, publishing
from progress.api.asking import (
    AdjustmentAnswer,
    AdjustmentViewSet,
    CompletionAnswer,
    CompletionViewSet,
    CompletionWithdrawal,
    EarlyOpeningAnswer,
    EarlyOpeningViewSet,
)
from progress.api.baselines import BaselineViewSet, BaselineWithdrawal
from progress.api.campaigns import CampaignViewSet
from progress.api.settings import CampaignPlanViewSet
from progress.api.spotchecks import SpotCheckViewSet

__all__ = ["api_urls"]

LISTED = {"get": "list", "post": "create"}
ANSWERED = {"post": "answer"}
see, publish = door("progress.see"), door("bulletin.publish")
api_urls = [
    path("bulletins/", lists.BulletinViewSet.as_view({"get": "list"}), name="api_bulletins"),
    path("bulletins/<day:day>/", see(figures.bulletin_lines), name="api_bulletin"),
    path("bulletins/<day:day>/trend/", see(figures.bulletin_trend), name="api_bulletin_trend"),
    path("bulletins/<day:day>/compare/", see(figures.bulletin_compare), name="api_bulletin_compare"),
    path(
        "bulletins/<day:day>/figures/<slug:figure>/", see(figures.bulletin_figure), name="api_bulletin_figure"
    ),
    path("bulletins/<day:day>/files/", see(figures.bulletin_files), name="api_bulletin_files"),
    path("bulletins/<day:day>/files/<slug:sha256>/", see(figures.bulletin_file), name="api_bulletin_file"),
    path("bulletins/<day:day>/live/", see(figures.bulletin_live), name="api_bulletin_live"),
    path("bulletins/<day:day>/publish/", publish(publishing.bulletin_publish), name="api_bulletin_publish"),
    path(
        "bulletins/<day:day>/recompute/",
        publish(publishing.bulletin_recompute),
        name="api_bulletin_recompute",
    ),
    path("form2017/", see(figures.form_2017), name="api_form2017"),
    path("campaigns/", CampaignViewSet.as_view({"get": "list"}), name="api_campaigns"),
    path("campaigns/<slug:key>/", CampaignViewSet.as_view({"get": "retrieve"}), name="api_campaign"),
    path("settings/campaigns/", CampaignPlanViewSet.as_view(LISTED), name="api_campaign_plans"),
    path(
        "settings/campaigns/<slug:key>/",
        CampaignPlanViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="api_campaign_plan",
    ),
    path(
        "settings/campaigns/<slug:key>/activate/",
        CampaignPlanViewSet.as_view({"post": "activate"}),
        name="api_campaign_activate",
    ),
    path(
        "settings/campaigns/<slug:key>/end/",
        CampaignPlanViewSet.as_view({"post": "end"}),
        name="api_campaign_end",
    ),
    path(
        "settings/campaigns/<slug:key>/rehearse/",
        CampaignPlanViewSet.as_view({"post": "rehearse"}),
        name="api_campaign_rehearse",
    ),
    path("baselines/", BaselineViewSet.as_view(LISTED), name="api_baselines"),
    path(
        "baselines/<int:pk>/", BaselineWithdrawal.as_view({"delete": "destroy"}), name="api_baseline_withdraw"
    ),
    path("adjustments/", AdjustmentViewSet.as_view(LISTED), name="api_adjustments"),
    path("adjustments/<int:pk>/answer/", AdjustmentAnswer.as_view(ANSWERED), name="api_adjustment_answer"),
    path("completions/", CompletionViewSet.as_view(LISTED), name="api_completions"),
    path(
        "completions/<int:pk>/withdraw/",
        CompletionWithdrawal.as_view({"post": "withdraw"}),
        name="api_completion_withdraw",
    ),
    path("completions/<int:pk>/answer/", CompletionAnswer.as_view(ANSWERED), name="api_completion_answer"),
    path("early-openings/", EarlyOpeningViewSet.as_view(LISTED), name="api_early_openings"),
    path(
        "early-openings/<int:pk>/answer/",
        EarlyOpeningAnswer.as_view(ANSWERED),
        name="api_early_opening_answer",
    ),
    path("spot-checks/", SpotCheckViewSet.as_view({"get": "list"}), name="api_spot_checks"),
    path("spot-checks/<int:pk>/answer/", SpotCheckViewSet.as_view(ANSWERED), name="api_spot_check_answer"),
]
