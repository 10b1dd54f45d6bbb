"""The peer of the import bench: django-import-export with `use_bulk`, as its manual shows it.

Same file, same tables, and the rules of one row; a dry run first, as its confirmation page does, then the
real one. It is spared what ours does besides: clashes inside the file and against the world (the unique
constraints stop the whole file), acknowledgements, posts, audit, sealed documents, mending. Its quickest
settings are chosen: no diffs, no look for existing members; persons by `bulk_create`, branches in one query.
"""

from typing import Any

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX

from zhtj.lib import crypto, days
from zhtj.lib.problems import blocking

from members.imports import COLUMNS
from members.models import Member
from members.rules import Entry, EntryReader, Policy, check_entry
from orgs import identity
from orgs.models import OrgUnit, Person
from orgs.people import DETAILS

FIELD_OF = {column.header: column.field for column in COLUMNS} | {"团员证": "member_card"}
FIELD_OF["组织关系介绍信"] = "transfer_letter"
OWN = ("joined_on", "development_number", "application_form", "member_card", "transfer_letter")


class PeerMembers(resources.ModelResource):
    """One row, one member. Their persons are made in bulk before the first row."""

    person_id = fields.Field("person_id", "person_id", widgets.ForeignKeyWidget(Person, key_is_id=True))
    branch_id = fields.Field("branch_id", "branch_id", widgets.ForeignKeyWidget(OrgUnit, key_is_id=True))

    class Meta:
        model = Member
        fields = ("person_id", "branch_id")
        import_id_fields = ()
        use_bulk = True
        use_transactions = True
        skip_diff = True
        force_init_instance = True

    def before_import(self, dataset: Any, **options: Any) -> None:
        today, self.stamp = days.today(), days.now()
        reader, policy = EntryReader(today), Policy()
        cells = [{FIELD_OF[header]: cell for header, cell in row.items()} for row in dataset.dict]
        self.entries = reader.read_all(cells, range(2, len(cells) + 2))
        for entry in self.entries:
            if problems := blocking(check_entry(entry, policy, today)):
                raise ValidationError([problem.message for problem in problems])
        made = Person.objects.bulk_create([_person(entry) for entry in self.entries])
        named = dict(OrgUnit.objects.filter(parent=options["unit"]).values_list("short_name", "pk"))
        dataset.append_col([person.pk for person in made], header="person_id")
        dataset.append_col([named[entry.branch] for entry in self.entries], header="branch_id")

    def before_save_instance(self, instance: Member, row: dict[str, Any], **options: Any) -> None:
        instance.from_at = self.stamp
        for name in OWN:
            setattr(instance, name, getattr(self.entries[options["row_number"] - 1], name))


def _person(entry: Entry) -> Person:
    return Person(
        id_sealed=crypto.seal(entry.national_id),
        id_index=crypto.blind_index(entry.national_id),
        full_name=entry.full_name,
        sex=identity.sex(entry.national_id),
        birth_on=identity.birth_on(entry.national_id),
        **{name: getattr(entry, name) for name in DETAILS},
    )


def enter(data: bytes, unit: OrgUnit) -> int:
    """Read the workbook, try it, then import it for `unit`; returns the members written."""
    before = Member.objects.order_by().count()
    for is_trial in (True, False):
        dataset = XLSX().create_dataset(data)
        PeerMembers().import_data(dataset, dry_run=is_trial, raise_errors=True, unit=unit)
    return Member.objects.order_by().count() - before
