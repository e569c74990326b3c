"""Backups: encrypted, data and keys apart; who was erased stays erased in every archive that was made before."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from stadtkern.kernel.accounts.models import Account, Person
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.documents.models import Upload, UploadContent
from stadtkern.kernel.privacy import erasure, keys
from stadtkern.kernel.privacy.models import Key
from stadtkern.site import archive

NAME = "Wombatowski-Żółć"


@pytest.fixture
def elsewhere(transactional_db, settings, tmp_path, monkeypatch):
    """An empty database beside the test's; `use()` makes Django work on it until the test ends."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    keys.forget()
    before, scratch = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{scratch}"')
        cursor.execute(f'CREATE DATABASE "{scratch}"')

    def use(name=scratch):
        connection.close()
        connection.settings_dict["NAME"] = name
        keys.forget()

    yield use
    use(before)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{scratch}"')


def account(email: str, name: str) -> Account:
    row = Account.objects.create(email=email)
    Person.objects.create(account=row, family_name=name, birth_date=date(1971, 3, 7))
    documents.receive(
        about="vault:1", path="", account=row, file_name="brief.png", data=_png(), media_types=["image/png"], max_bytes=None
    )
    return row


def _png() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def backed_up(folder) -> dict[str, object]:
    call_command("backup", str(folder), stdout=io.StringIO())
    return {name: max(folder.glob(f"{name}-*.skb")) for name in ("data", "keys")}


def restored(data, **options) -> str:
    out = io.StringIO()
    call_command("restore", str(data), yes=True, stdout=out, **options)
    return out.getvalue()


def test_who_was_erased_stays_erased_in_an_old_archive(elsewhere, tmp_path):
    wanda, other = account("w@example.org", NAME), account("o@example.org", "Anders")
    old = backed_up(tmp_path / "monday")
    erasure.erase(wanda)
    new = backed_up(tmp_path / "tuesday")
    [copy] = (tmp_path / "tuesday").glob("erasures-*.jsonl")
    (tmp_path / "home" / "erasures.jsonl").rename(tmp_path / "kept-apart.jsonl")

    elsewhere()
    # As it was on Monday, and nobody replays anything: everything is there. This is what shredding must prevent.
    assert "0 erasures" in restored(old["data"], keys=old["keys"])
    assert Person.objects.get(account=wanda.pk).family_name == NAME
    assert all(content.data.startswith(b"\x89PNG") for content in UploadContent.objects.all())

    # Monday's data with today's keys: what lay sealed opens for nobody, even before the journal is replayed.
    assert "0 erasures" in restored(old["data"], keys=new["keys"])
    assert Person.objects.get(account=wanda.pk).family_name == NAME, "plain rows come back with the archive"
    with pytest.raises(keys.KeyShredded):
        _ = UploadContent.objects.get(upload__account=wanda.pk).data
    assert UploadContent.objects.get(upload__account=other.pk).data.startswith(b"\x89PNG")

    # With the journal the plain rows go again, in the same command; Monday's keys would not help either.
    assert "1 erasures" in restored(old["data"], keys=old["keys"], journal=[copy])
    assert not Person.objects.filter(account=wanda.pk).exists() and not Upload.objects.filter(account=wanda.pk).exists()
    assert not Key.objects.filter(owner=f"account:{wanda.pk}", shredded_at=None).exists()
    assert Person.objects.get().account_id == other.pk and UploadContent.objects.get().data.startswith(b"\x89PNG")


def test_archives_are_encrypted_and_a_changed_one_changes_nothing(elsewhere, tmp_path):
    account("w@example.org", NAME)
    made = backed_up(tmp_path / "b")
    plain = b"".join(archive.pieces(made["data"]))
    assert plain.startswith(b"PGDMP") and b"w@example.org" not in made["data"].read_bytes()
    assert all(file.stat().st_mode & 0o077 == 0 for file in made.values())
    whole = made["data"].read_bytes()
    for damaged in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), whole[:200], whole + b"\0\0\0\1x", b"", b"PGDMP"):
        (tmp_path / "broken.skb").write_bytes(damaged)
        with pytest.raises(CommandError):
            call_command("restore", str(tmp_path / "broken.skb"), yes=True)
    with pytest.raises(CommandError):
        call_command("restore", str(tmp_path / "gone.skb"), yes=True)
    assert Person.objects.get().family_name == NAME, "what was there is still there"


def test_the_archive_of_data_holds_no_key(elsewhere, tmp_path):
    wanda = account("w@example.org", NAME)
    made = backed_up(tmp_path / "b")
    (tmp_path / "empty.skb").write_bytes(made["keys"].read_bytes())
    wrapped = bytes(Key.objects.get(owner=f"account:{wanda.pk}").wrapped)
    assert wrapped.hex().encode() not in b"".join(archive.pieces(made["data"]))


def test_archives_of_keys_go_sooner_than_those_of_data(elsewhere, tmp_path):
    for days in (40, 20, 3):
        stamp = (timezone.now() - timedelta(days=days)).strftime("%Y%m%dT%H%M%SZ")
        for name in ("data", "keys"):
            (tmp_path / f"{name}-{stamp}.skb").write_bytes(b"x")
    backed_up(tmp_path)
    assert len(list(tmp_path.glob("data-*.skb"))) == 3 and len(list(tmp_path.glob("keys-*.skb"))) == 2
