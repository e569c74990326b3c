"""What a granted application proves: from the desk to the wallet, to another phone, and to the end with the paper."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.credentials.models import Copy, Credential
from stadtkern.kernel.credentials.tests.conftest import open_way, send
from stadtkern.kernel.credentials.tests.wallet import Wallet
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.actions import publish


@pytest.fixture
def wallet():
    return Wallet(send)


@pytest.mark.django_db(transaction=True)
def test_a_granted_application_offers_a_proof(citizen, resident, clerk, login, run_jobs, wallet):
    service = catalogue.find("meldebescheinigung")
    row = Case.objects.create(
        reference="MS-7F3K-9QXM", service=service.key, edition=publish(service), status=Status.IN_REVIEW, account=citizen,
        applicant="Zoë", office=clerk.office, submitted_at=timezone.now(), due_date=timezone.localdate(), trust=3,
        answers={"kind": "simple", "purpose": "bank", "language": "de", "copies": 1, "person/given_names": "Zoë Łucja",
                 "person/family_name": "Çelik-Müller", "person/birth_date": "1988-02-29", "address/street": "Lindenstraße",
                 "address/house_number": "12a", "address/postcode": "49999", "address/town": "Musterstadt"},
    )  # fmt: skip
    actions.decide(Actor(clerk.account, clerk), row, "GRANTED")
    run_jobs()
    proof = Credential.objects.get(account=citizen)
    assert proof.about == str(row) and proof.document.about == str(row) and proof.claims
    assert proof.valid_until.date() > timezone.localdate() + timedelta(days=170)
    client = login(citizen)
    link, pin = open_way(client, proof)
    text = wallet.fetch(link, pin)[0]
    page = client.post("/nachweise/pruefen/", {"proof": text}).content.decode()
    assert "Echt und gültig" in page and "Çelik-Müller" in page and proof.document.number in page
    client.post(f"/nachweise/{proof.pk}/noch-einmal/")  # a new phone
    run_jobs()
    link, pin = open_way(client, proof)
    wallet.fetch(link, pin)
    assert Copy.objects.filter(credential=proof, revoked_at=None).count() == 2
    documents.revoke("system", proof.document, "Irrtum")
    run_jobs()
    assert "gilt nicht mehr" in client.post("/nachweise/pruefen/", {"proof": text}).content.decode()
    assert "Widerrufen" in client.get("/nachweise/").content.decode()
