"""The vault: own documents sealed and gone when deleted; one fact shown to one receiver, counted, ended, and nothing more."""

import io
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.documents.models import Upload, UploadContent
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.models import Access
from stadtkern.kernel.vault import actions
from stadtkern.kernel.vault.facts import age
from stadtkern.kernel.vault.models import Item, Share, Use

pytestmark = pytest.mark.django_db
TYPED = {"what": "ADULT", "with_name": "on", "recipient": "Stadtbücherei", "purpose": "Büchereiausweis", "lasts": "1d"}


def picture(name="brief.png"):
    out = io.BytesIO()
    Image.new("RGB", (9, 9), "blue").save(out, "PNG")
    out.seek(0)
    out.name = name
    return out


def put(browser, **more):
    return browser.post("/tresor/hochladen/", {"title": "Mietvertrag", "kind": "HOME", "file": picture(), **more})


def shared(browser, **more):
    """Share by the form; returns the path of the link and the code."""
    page = browser.post("/tresor/teilen/", {**TYPED, **more}).content.decode()
    return re.search(r"(/tresor/geteilt/[\w-]+/)", page)[1], re.search(r"<code[^>]*>(\d{3} \d{3})</code>", page)[1]


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_own_documents_are_sealed_and_deleting_destroys_their_key(login, citizen, other_citizen):
    browser = login(citizen)
    assert put(browser, valid_until="31.12.2029").status_code == 302 and put(browser, title="Zeugnis").status_code == 302
    page = words(browser.get("/tresor/"))
    assert "Mietvertrag" in page and "gilt bis 31.12.2029" in page and "von der Stadt nicht geprüft" in page
    item = Item.objects.get(title="Mietvertrag")
    raw = bytes(UploadContent.objects.get(upload=item.upload).sealed)
    assert keys.is_sealed(raw) and b"PNG" not in raw
    assert browser.get(reverse("documents:upload", args=[item.upload.key])).content.startswith(b"\x89PNG")
    address = f"/tresor/unterlagen/{item.pk}/loeschen/"
    assert login(other_citizen).post(address).status_code == 404 and Item.objects.count() == 2
    assert "„Mietvertrag“ löschen?" in words(browser.get(address)) and Item.objects.count() == 2
    assert browser.post(address).status_code == 302 and browser.post(address).status_code == 404
    assert not Upload.objects.filter(pk=item.upload_id).exists()
    with pytest.raises(keys.KeyShredded):
        keys.open_(raw, place=f"upload content:{item.upload_id}")
    assert Item.objects.get().upload.content.data, "the other one has a key of its own"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"file": ""}, "Wählen Sie eine Datei aus"),
        ({"title": ""}, "Dieses Feld"),
        ({"valid_until": "31.02.2029"}, "Tag, Monat und Jahr"),
        ({"kind": "X"}, "ungültig"),
        ({"title": "x" * 101}, "100 Zeichen"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_kept(login, citizen, typed, says):
    answer = put(login(citizen), **typed)
    assert answer.status_code == 422 and not Item.objects.exists()
    assert "kern-error" in answer.content.decode()


def test_what_is_no_document_is_refused(login, citizen):
    virus = io.BytesIO(b"MZ" + b"\0" * 100)
    virus.name = "a.pdf"
    answer = put(login(citizen), file=virus)
    assert answer.status_code == 422 and not Item.objects.exists() and not Upload.objects.exists()


def test_the_vault_is_full_at_its_bound(login, citizen, monkeypatch):
    monkeypatch.setattr(actions, "MOST_ITEMS", 1)
    browser = login(citizen)
    assert put(browser).status_code == 302 and put(browser).status_code == 422 and Item.objects.count() == 1


def test_a_receiver_sees_one_fact_and_nothing_else(login, citizen, resident):
    browser, stranger = login(citizen), Client(headers={"User-Agent": "Mozilla/5.0 (Android 14) Firefox/131.0"})
    link, code = shared(browser)
    asked = stranger.get(link)
    assert (
        "Zoë" not in words(asked) and asked["X-Robots-Tag"].startswith("noindex") and asked["Referrer-Policy"] == "same-origin"
    )
    seen = words(stranger.post(link, {"code": code}))
    assert (
        "Mindestens 18 Jahre alt Ja" in seen and "Çelik-Müller" in seen and "Melderegister" in seen and "Stadtbücherei" in seen
    )
    for secret in ("29.02.1988", "1988", "Lindenstraße", "zoe@example.org", "Gießen"):
        assert secret not in seen
    use = Use.objects.get()
    assert use.device == "Firefox, Android" and use.network == "127.0.0.0/16"
    row = Access.objects.get(actor=f"share:{use.share_id}")
    assert row.source == "residents" and set(row.fields) == {"birth_date", "given_names", "family_name"}
    assert "Jemand, mit dem Sie diese Angabe geteilt haben" in words(browser.get("/meine-daten/zugriffe/"))
    mine = words(browser.get(f"/tresor/teilen/{use.share_id}/"))
    assert "Firefox, Android" in mine and "127.0.0.0/16" in mine


def test_facts_are_worked_out_when_somebody_looks(login, citizen, resident):
    browser = login(citizen)
    link, code = shared(browser, what="RESIDENT", with_name="")
    assert "Wohnt in Musterstadt Ja" in words(Client().post(link, {"code": code}))
    resident.household.town = "Anderswo"
    resident.household.save()
    seen = words(Client().post(link, {"code": code}))
    assert "Wohnt in Musterstadt Nein" in seen and "Çelik" not in seen and "Anderswo" not in seen
    young, number = shared(browser, what="SIXTEEN")
    resident.birth_date = timezone.localdate() - timedelta(days=365 * 10)
    resident.save()
    assert "Mindestens 16 Jahre alt Nein" in words(Client().post(young, {"code": number}))


def test_ages_on_29_february():
    assert age(date(2008, 2, 29), date(2026, 2, 28)) == 17 and age(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_wrong_code_unknown_link_ended_and_over_look_the_same(login, citizen, resident):
    browser = login(citizen)
    link, code = shared(browser, most_uses="2")
    other = f"{(int(code.replace(' ', '')) + 1) % 10**6:06d}"
    unknown, wrong = Client().post("/tresor/geteilt/x/", {"code": code}), Client().post(link, {"code": other})
    assert unknown.status_code == wrong.status_code == 404
    tidy = lambda page: re.sub(r'csrfmiddlewaretoken" value="\w+"|geteilt(?:/|%2F)[\w-]+', "", page.content.decode())  # noqa: E731
    assert tidy(unknown) == tidy(wrong)
    assert tidy(Client().get("/tresor/geteilt/x/")) == tidy(Client().get(link))
    assert [Client().post(link, {"code": code}).status_code for _ in range(3)] == [200, 200, 404], "two uses, no third"
    again, number = shared(browser)
    row = Share.objects.latest("pk")
    assert browser.post(f"/tresor/teilen/{row.pk}/beenden/").status_code == 302
    assert Client().post(again, {"code": number}).status_code == 404
    late, number = shared(browser)
    Share.objects.filter(pk=Share.objects.latest("pk").pk).update(expires_at=timezone.now())
    assert Client().post(late, {"code": number}).status_code == 404


def test_guessing_ends_the_share_and_slows_the_guesser(login, citizen, resident):
    link, code = shared(login(citizen))
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**6:06d}"
    answers = [Client().post(link, {"code": wrong}).status_code for _ in range(25)]
    assert answers[:10] == [404] * 10 and answers[-1] == 429
    row = Share.objects.get()
    assert row.tries == actions.TRIES and row.revoked_at and not Use.objects.exists()
    with pytest.raises(actions.Over):
        actions.open_share(link.split("/")[3], code.replace(" ", ""), device="", network="")


def test_the_database_alone_opens_no_share(login, citizen, resident):
    link, code = shared(login(citizen))
    row = str(Share.objects.values().get())
    assert link.split("/")[3] not in row and code.replace(" ", "") not in row


def test_a_shared_file_comes_once_per_look_until_the_share_ends(login, citizen):
    browser = login(citizen)
    put(browser)
    item = Item.objects.get()
    link, code = shared(browser, what=f"item:{item.pk}", most_uses="1")
    stranger = Client()
    page = stranger.post(link, {"code": code})
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())[1]
    assert "Von der Stadt nicht geprüft" in words(page)
    file = stranger.post(link, {"ticket": ticket})
    assert file.content.startswith(b"\x89PNG") and "attachment" in file["Content-Disposition"]
    assert stranger.post(link, {"ticket": "x" + ticket}).status_code == 410
    other, _code = shared(browser, what=f"item:{item.pk}")
    assert stranger.post(other, {"ticket": ticket}).status_code == 410, "of another share"
    actions.end_share(Actor(citizen), Share.objects.earliest("pk"))
    assert stranger.post(link, {"ticket": ticket}).status_code == 410
    row = Access.objects.get(source="documents")
    assert row.actor.startswith("share:") and row.fields == ["uploads"] and row.accounts == [citizen.pk]


def test_only_ones_own_is_shared_and_the_form_knows_no_other(login, citizen, other_citizen, resident):
    put(login(other_citizen))
    theirs = Item.objects.get()
    browser = login(citizen)
    assert browser.post("/tresor/teilen/", {**TYPED, "what": f"item:{theirs.pk}"}).status_code == 422
    with pytest.raises(PermissionError):
        actions.share(Actor(citizen), fact="ITEM", recipient="x", purpose="x", lasts=timedelta(days=1), item=theirs)
    for bad in ({"lasts": "9y"}, {"recipient": ""}, {"most_uses": "0"}, {"most_uses": "9" * 40}, {"what": "item:" + "9" * 40}):
        assert browser.post("/tresor/teilen/", {**TYPED, **bad}).status_code == 422
    assert not Share.objects.exists()
    mine = shared(browser) and Share.objects.get()
    assert login(other_citizen).get(f"/tresor/teilen/{mine.pk}/").status_code == 404
    assert login(other_citizen).post(f"/tresor/teilen/{mine.pk}/beenden/").status_code == 404


def test_hidden_people_are_warned_and_may(login, citizen, resident):
    resident.blocked = True
    resident.save()
    browser = login(citizen)
    assert "Für Sie gilt eine Auskunftssperre" in words(browser.get("/tresor/teilen/"))
    link, code = shared(browser, what="ADDRESS")
    assert "Lindenstraße 12a, 49999 Musterstadt" in words(Client().post(link, {"code": code}))


def test_registers_are_shown_when_asked_and_not_before(login, citizen, resident):
    browser = login(citizen)
    browser.get("/tresor/")
    assert not Access.objects.exists()
    page = words(browser.get("/tresor/register/"))
    assert "Lindenstraße" in page and "Gießen" in page and "29.02.1988" in page and Access.objects.exists()


def test_without_a_proof_there_is_a_way_to_one(login, other_citizen):
    browser = login(other_citizen)
    assert "Identität nachweisen" in words(browser.get("/tresor/register/")) + words(browser.get("/tresor/teilen/"))
    assert "Eigene Angabe, nicht geprüft" in words(browser.get("/tresor/"))


def test_half_addresses_and_ended_shares_are_forgotten(login, citizen, resident):
    link, code = shared(login(citizen))
    Client().post(link, {"code": code})
    now = timezone.now()
    assert actions.forget_old(now + timedelta(days=8)) == 1 and Use.objects.get().network == ""
    assert actions.forget_old(now + timedelta(days=92)) >= 1 and not Share.objects.exists()


def test_a_register_that_is_away_costs_no_use(login, citizen, resident, monkeypatch):
    from stadtkern.kernel.registers.actions import RegisterUnavailable

    def away(share):
        raise RegisterUnavailable

    link, code = shared(login(citizen), most_uses="1")
    monkeypatch.setattr("stadtkern.kernel.vault.public.show", away)
    assert Client().post(link, {"code": code}).status_code == 503
    assert Share.objects.get().uses == 0 and not Use.objects.exists()
