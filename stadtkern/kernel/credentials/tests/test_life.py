"""From the granted application to the end: offered, shown as a card, asked for again, revoked with its paper, deleted."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.credentials import actions, cards
from stadtkern.kernel.credentials.models import Copy, Credential, Grant, UsedNonce
from stadtkern.kernel.credentials.report import report
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.privacy import keys as vault

from .conftest import open_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(citizen, offered):
    row = Document.objects.create(
        number="2026-X-1", about="case:17", account=citizen, title="Meldebescheinigung", verify_code="B" * 27
    )
    Credential.objects.filter(pk=offered.pk).update(document=row)
    return row


def test_cards_say_what_can_be_done(offered, paper, citizen, login):
    client = login(citizen)
    page = client.get("/nachweise/").content.decode()
    assert "Gültig, noch nicht in einer Wallet" in page and "In die Wallet übernehmen" in page and "PDF öffnen" in page
    assert "svg" in client.get(f"/nachweise/{offered.pk}/zeigen/").content.decode()
    assert "Zoë" not in client.get(f"/nachweise/{offered.pk}/zeigen/").content.decode().split("<main")[1]
    Credential.objects.update(valid_until=timezone.now() - timedelta(days=2))
    card = cards.cards_of(Actor(citizen))[0]
    assert card.over and card.status == "Abgelaufen" and not card.wallet_url and not card.show_url
    assert client.get(f"/nachweise/{offered.pk}/zeigen/").status_code == 404
    assert "nicht übernehmen" in client.get(f"/nachweise/{offered.pk}/uebernehmen/").content.decode()
    assert client.post(f"/nachweise/{offered.pk}/uebernehmen/", follow=True).status_code == 200 and not Grant.objects.exists()


def test_departments_add_cards_of_their_own(citizen, login, monkeypatch):
    ticket = cards.Card("Freibad, 10er-Karte", "Noch 7 Besuche", "success", note="Saison 2026", open_url="/")
    monkeypatch.setattr(cards, "SOURCES", [lambda actor: [ticket]])
    page = login(citizen).get("/nachweise/").content.decode()
    assert "Freibad, 10er-Karte" in page and "Noch 7 Besuche" in page and "Saison 2026" in page


def test_others_see_nothing(offered, other_citizen, clerk, login, citizen):
    link, _pin = open_way(login(citizen), offered)
    key = link.rsplit("%2F", 2)[1]
    for account in (other_citizen, clerk.account):
        client = login(account)
        assert "Meldebescheinigung" not in client.get("/nachweise/").content.decode().split("<main")[1].split("<footer")[0]
        for place in ("", "zeigen/", "uebernehmen/", "loeschen/"):
            assert client.get(f"/nachweise/{offered.pk}/{place}").status_code == 404
        assert client.post(f"/nachweise/{offered.pk}/loeschen/").status_code == 404
        assert client.get(f"/nachweise/uebernehmen/{key}/").status_code == 404
    assert login(citizen).get(f"/nachweise/{10**30}/").status_code == 404


def test_deleting_ends_it_everywhere(in_wallet, offered, citizen, login):
    client = login(citizen)
    text = in_wallet.credentials[0][1]
    assert "rückgängig" in client.get(f"/nachweise/{offered.pk}/loeschen/").content.decode()
    client.post(f"/nachweise/{offered.pk}/loeschen/")
    assert not Credential.objects.exists() and not Copy.objects.exists()
    assert client.post(f"/nachweise/{offered.pk}/loeschen/").status_code == 404  # a second tab
    assert "gilt nicht mehr" in client.post("/nachweise/pruefen/", {"proof": text}).content.decode()


def test_offering_twice_is_offering_once(offered, citizen):
    again = actions.offer(
        account=citizen, about="case:17", kind="meldebescheinigung", title="Anders", claims={"number": "2"}, actor_key="system",
        once="case.decided:1",
    )  # fmt: skip
    assert again.pk == offered.pk and again.title == offered.title and Credential.objects.count() == 1


def test_claims_lie_sealed_and_are_forgotten(offered, citizen):
    raw = bytes(offered.claims)
    assert "Çelik".encode() not in raw and b"Lindenstra" not in raw
    with pytest.raises(vault.CannotOpen):
        vault.open_(raw, place="credential:0")
    told = report(Actor(citizen))
    assert told["proofs"][0]["title"] == "Meldebescheinigung"
    actions.forget_due(timezone.now() + timedelta(days=31))
    offered.refresh_from_db()
    assert offered.claims == b"" and Credential.objects.count() == 1
    actions.forget_due(timezone.now() + timedelta(days=100 + 367))
    assert not Credential.objects.exists() and not UsedNonce.objects.exists()


def test_whoever_leaves_takes_everything_along(in_wallet, citizen, offered):
    from stadtkern.kernel.credentials.reactions import forget_owner
    from stadtkern.kernel.events.models import Event

    forget_owner(Event(name="account.closed", subject=f"account:{citizen.pk}"))
    assert not Credential.objects.exists() and actions.delete_all(citizen.pk) == 0


def test_the_command_shows_and_rotates(offered, capsys):
    call_command("credential_keys", "list")
    assert "unterschreibt" in capsys.readouterr().out
    call_command("credential_keys", "rotate")
    call_command("credential_keys", "list")
    assert len(capsys.readouterr().out.strip().splitlines()) == 3
