"""Pages of the room: rosters, a unit's own cadres, entering, verifying, leaving."""

from cadres.views.records import cadre_depart, cadre_detail, cadre_enter, cadre_keep, cadre_return
from cadres.views.rosters import cadre_export, cadre_list, cadre_missing, cadre_print
from cadres.views.units import cadre_chart, cadre_declare, cadre_organs, cadre_unit, cadre_verify

__all__ = [
    "cadre_chart",
    "cadre_declare",
    "cadre_depart",
    "cadre_detail",
    "cadre_enter",
    "cadre_export",
    "cadre_keep",
    "cadre_list",
    "cadre_missing",
    "cadre_organs",
    "cadre_print",
    "cadre_return",
    "cadre_unit",
    "cadre_verify",
]
