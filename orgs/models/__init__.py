"""Tables of the room: the tree, identity and accounts, the audit trail."""

from orgs.models.audit import AuditEntry, AuditMark
from orgs.models.codes import AccessCode, CodeTry
from orgs.models.corrections import CorrectionRequest
from orgs.models.people import OrgUnitUserObjectPermission, Person, PoliticalStatus, Sex, User
from orgs.models.units import TREE_FIELDS, OrgUnit, UnitPlacement

__all__ = [
    "TREE_FIELDS",
    "AccessCode",
    "AuditEntry",
    "AuditMark",
    "CodeTry",
    "CorrectionRequest",
    "OrgUnit",
    "OrgUnitUserObjectPermission",
    "Person",
    "PoliticalStatus",
    "Sex",
    "UnitPlacement",
    "User",
]
