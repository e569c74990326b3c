"""A dump of the database in the wrong hands: what it tells (plain rows) and what it does not (docs/threat-model.md)."""

import subprocess
from datetime import timedelta

import pikepdf
import pytest

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.documents import actions as documents
from stadtkern.kernel.events.actions import webhooks
from stadtkern.kernel.privacy import keys
from stadtkern.kernel.privacy.sealing import kek
from stadtkern.kernel.vault import actions as vault
from stadtkern.site import archive

MARK = b"Purpurwal-im-Beleg"


@pytest.fixture
def leaked(transactional_db, citizen, settings, tmp_path):
    """Secrets of one person and of the city, and everything pg_dump says in plain text."""
    settings.HOME = tmp_path
    keys.forget()
    made, file = pikepdf.new(), tmp_path / "beleg.pdf"
    made.add_blank_page().Contents = made.make_stream(MARK)
    made.save(file, compress_streams=False)
    upload = documents.receive(
        about="case:1", path="", account=citizen, file_name="beleg.pdf", data=file.read_bytes(), media_types=(), max_bytes=None
    )
    kept = upload.content.data
    _row, link, code = vault.share(Actor(citizen), fact="ADULT", recipient="x", purpose="x", lasts=timedelta(days=1))
    secrets = {
        "upload": kept[:200],
        "link": link.encode(),
        "link and code": f"{link}:{code}".encode(),
        "token": create_token(Actor(citizen), "x", 1)[1].encode(),
        "webhook": webhooks.register(actor_key="x", title="x", url="https://land.example/", names=["*"]).secret.encode(),
        "password": b"geheim-genug-1",
        "city key": kek.place().read_bytes().strip(),
    }
    assert keys.open_(bytes(upload.content.sealed), place=str(upload.content)) == kept
    done = subprocess.run([archive.program("pg_dump"), "--format=plain"], env=archive.place(), capture_output=True, check=True)
    return secrets, done.stdout


def test_a_dump_opens_no_file_and_no_door(leaked):
    secrets, dump = leaked
    assert b"COPY public.documents_uploadcontent" in dump and "Çelik-Müller".encode() in dump, "plain rows are told: a breach"
    found = [name for name, secret in secrets.items() if secret in dump or secret.hex().encode() in dump]
    assert found == []
    assert MARK not in dump and MARK.hex().encode() not in dump


def test_the_search_would_find_what_lies_in_the_clear(leaked):
    _secrets, dump = leaked
    assert b"beleg.pdf" in dump and b"\\x" + keys.HEAD.hex().encode() in dump
