"""The plain SQL of the API shows what the querysets show, to everybody."""

from datetime import datetime

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Company, Mandate, Membership
from stadtkern.kernel.cases import queries
from stadtkern.kernel.cases.api import shapes
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.cases.tests.factories import draft

pytestmark = pytest.mark.django_db


def test_who_sees_what_is_said_twice_and_means_the_same(
    probe, citizen, other_citizen, clerk, other_clerk, lead, mayor, operator, offices
):
    company = Company.objects.create(name="Nähstube")
    Membership.objects.create(account=citizen, company=company)
    cases = [draft(citizen), draft(citizen), draft(other_citizen), draft(citizen)]
    Case.objects.filter(pk=cases[1].pk).update(status=Status.IN_REVIEW, office=offices["buergeramt"])
    Case.objects.filter(pk=cases[2].pk).update(account=None, draft_key="a" * 64, assisted_by=clerk)
    Case.objects.filter(pk=cases[3].pk).update(company=company, status=Status.IN_REVIEW, office=offices["steueramt"])
    held = {"kind": "PERSON", "agent": other_citizen, "principal": citizen, "proof": "OWN", "accepted_at": timezone.now()}
    mandate = Mandate.objects.create(**held)
    cases.append(draft(citizen))
    Case.objects.filter(pk=cases[4].pk).update(mandate=mandate)
    actors = [
        Actor(other_citizen, mandate=mandate), Actor(citizen, company=company, mandate=Mandate(pk=0)),
        Actor(), Actor(draft_keys=("a" * 64,)), Actor(citizen), Actor(citizen, company=company), Actor(other_citizen),
        Actor(citizen, draft_keys=("a" * 64, "b" * 64)),
        *(Actor(one.account, one) for one in (clerk, other_clerk, lead, mayor, operator)),
    ]  # fmt: skip
    seen = 0
    for actor in actors:
        expected = set(Case.objects.visible_to(actor).values_list("reference", flat=True))
        assert {case.reference for case in cases if queries.one(actor, case.reference)} == expected
        own = list(Case.objects.of_citizen(actor).page_after(None).values_list("reference", flat=True))
        assert [row["reference"] for row in queries.page(actor, None, None, 50)] == own
        seen += len(expected)
    assert seen >= 10


def test_what_is_answered_fits_its_description(probe, citizen):
    case = draft(citizen)
    row = queries.one(Actor(citizen), case.reference)
    told = shapes.CaseDetail.model_validate(shapes.detail(row))
    assert told.created_at == shapes.fresh(case)["created_at"]
    assert abs((datetime.fromisoformat(told.created_at) - case.created_at).total_seconds()) < 0.001
    assert set(shapes.detail(row)) == set(shapes.CaseDetail.model_fields)
    assert set(shapes.head(row)) == set(shapes.CaseOut.model_fields)
