"""Forms of the room. They check shape only; the actions say what is right."""

from progress.forms.asking import AdjustmentForm, CompletionForm, DecisionForm, EarlyOpeningForm
from progress.forms.baselines import BaselineForm, BaselineWithdrawalForm
from progress.forms.campaign import NewCampaignForm, PlanForms, RehearsalForm

__all__ = [
    "AdjustmentForm",
    "BaselineForm",
    "BaselineWithdrawalForm",
    "CompletionForm",
    "DecisionForm",
    "EarlyOpeningForm",
    "NewCampaignForm",
    "PlanForms",
    "RehearsalForm",
]
