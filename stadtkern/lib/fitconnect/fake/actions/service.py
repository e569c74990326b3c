"""The rules of the delivery service: who may do what with a submission in which state, and what the log says about it."""

import json
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ... import callbacks, events, jose
from ..store import Store

TOKEN_SECONDS = 1800
MOST_BYTES = 25_000_000  # of one encrypted attachment
Post = Callable[[str, bytes, Mapping[str, str]], None]


class No(Exception):
    """A refusal: HTTP status, problem kind, sentence."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail


class Service:
    """One installation of the fake; `issuer` is its address, `post` sends callbacks (None: nobody is called)."""

    def __init__(
        self, path: Path, issuer: str = "http://zustelldienst.demo", post: Post | None = None, bits: int = 4096
    ) -> None:
        self.store, self.issuer, self._post = Store(path), issuer, post
        if self.store.setting("key") is None:
            self.store.set("key", jose.new_key(f"zd-{uuid.uuid4()}", "sign", bits))
        self.key: dict[str, Any] = self.store.setting("key")

    # What the self-service portal does for real: clients, destinations and their keys are entered.

    def register_client(self, client: str, secret: str) -> None:
        """Somebody who may ask for tokens."""
        with self.store.change() as connection:
            connection.execute("INSERT OR REPLACE INTO client VALUES (?, ?)", [client, secret])

    def register_destination(
        self, destination: str, owner: str, encryption: jose.Jwk, signature: jose.Jwk,
        services: Sequence[Mapping[str, Any]] = (), callback: Mapping[str, str] | None = None,
        spoiled: Mapping[str, jose.Jwk] | None = None,
    ) -> None:  # fmt: skip
        """A destination with its two public keys; `spoiled` = kind of trouble to the key shown then."""
        about = {
            "destinationId": destination, "status": "active", "encryptionKid": encryption["kid"], "services": list(services),
            "replyChannels": {"eMail": {}}, "callback": callback, "spoiled": dict(spoiled or {}),
        }  # fmt: skip
        with self.store.change() as connection:
            connection.execute("INSERT OR REPLACE INTO destination VALUES (?, ?, ?)", [destination, owner, json.dumps(about)])
            for jwk in (encryption, signature):
                connection.execute("INSERT OR REPLACE INTO key VALUES (?, ?, ?)", [destination, jwk["kid"], json.dumps(jwk)])

    # Calls of the API.

    def token(self, client: str, secret: str) -> dict[str, Any]:
        """OAuth 2.0 client credentials."""
        row = self.store.row("SELECT secret FROM client WHERE id = ?", client)
        if row is None or not secrets.compare_digest(row["secret"].encode(), secret.encode()):
            raise No(401, "invalid_client", "Unbekannter Client oder falsches Geheimnis.")
        fresh = secrets.token_urlsafe(32)
        with self.store.change() as connection:
            connection.execute("DELETE FROM token WHERE ends < ?", [time.time()])
            connection.execute("INSERT INTO token VALUES (?, ?, ?)", [fresh, client, time.time() + TOKEN_SECONDS])
        return {"access_token": fresh, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}

    def client_of(self, token: str) -> str:
        """Whose token this is."""
        row = self.store.row("SELECT client FROM token WHERE token = ? AND ends > ?", token, time.time())
        if row is None:
            raise No(401, "unauthorized", "Das Token fehlt, ist unbekannt oder abgelaufen.")
        return str(row["client"])

    def destination(self, destination: str) -> dict[str, Any]:
        """The public part of a destination."""
        about = self._about(destination)
        return {name: value for name, value in about.items() if name not in ("callback", "spoiled")}

    def _about(self, destination: str) -> dict[str, Any]:
        row = self.store.row("SELECT about FROM destination WHERE id = ?", destination)
        if row is None:
            raise No(404, "destination-not-found", "Diesen Zustellpunkt gibt es nicht.")
        found: dict[str, Any] = json.loads(row["about"])
        return found

    def jwk(self, destination: str, kid: str, trouble: str = "") -> dict[str, Any]:
        """A public key of a destination."""
        about = self._about(destination)
        if trouble in about["spoiled"]:
            shown: dict[str, Any] = about["spoiled"][trouble]
            return {**shown, "kid": kid}
        row = self.store.row("SELECT jwk FROM key WHERE destination = ? AND kid = ?", destination, kid)
        if row is None:
            raise No(404, "key-not-found", "Diesen Schlüssel gibt es nicht.")
        found: dict[str, Any] = json.loads(row["jwk"])
        return found

    def announce(self, client: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A number for a submission to come."""
        destination, attachments = body.get("destinationId"), body.get("announcedAttachments", [])
        service = body.get("serviceType") or body.get("publicService")
        if not isinstance(destination, str) or not isinstance(service, dict) or not _uuids(attachments):
            raise No(400, "invalid-request", "destinationId, serviceType oder announcedAttachments passen nicht.")
        self._about(destination)
        submission, case = str(uuid.uuid4()), str(uuid.uuid4())
        with self.store.change() as connection:
            connection.execute(
                "INSERT INTO submission VALUES (NULL, ?, ?, ?, ?, ?, ?, 'incomplete', NULL, NULL, ?)",
                [submission, case, destination, client, json.dumps(service), json.dumps(attachments),
                 json.dumps(body.get("callback"))],
            )  # fmt: skip
            self._log(connection, case, submission, events.CREATE)
        return {"submissionId": submission, "caseId": case, "destinationId": destination}

    def upload(self, client: str, submission: str, attachment: str, token: str) -> None:
        """One attachment."""
        row = self._sent_by(client, submission)
        if row["state"] != "incomplete":
            raise No(409, "submission-already-submitted", "Die Einreichung ist schon abgeschickt.")
        if attachment not in json.loads(row["announced"]):
            raise No(404, "attachment-not-announced", "Diese Anlage ist nicht angekündigt.")
        if len(token) > MOST_BYTES:
            raise No(413, "attachment-too-large", "Die Anlage ist zu groß.")
        _jwe(token)
        with self.store.change() as connection:
            connection.execute("INSERT OR REPLACE INTO attachment VALUES (?, ?, ?)", [submission, attachment, token])

    def submit(self, client: str, submission: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Metadata and data; the receiver is told."""
        metadata, data = body.get("encryptedMetadata"), body.get("encryptedData")
        if not isinstance(metadata, str) or not isinstance(data, str):
            raise No(400, "invalid-request", "encryptedMetadata und encryptedData müssen da sein.")
        tags = events.Tags(_jwe(metadata), _jwe(data))
        with self.store.change() as connection:
            row = self._sent_by(client, submission)
            if row["state"] != "incomplete":
                raise No(409, "submission-already-submitted", "Die Einreichung ist schon abgeschickt.")
            there = {one["id"]: _jwe(one["token"]) for one in self._attachments(submission)}
            if missing := sorted(set(json.loads(row["announced"])) - set(there)):
                raise No(400, "attachments-missing", f"Es fehlen angekündigte Anlagen: {len(missing)}.")
            connection.execute(
                "UPDATE submission SET state = 'submitted', metadata = ?, data = ? WHERE id = ?", [metadata, data, submission]
            )
            self._log(connection, row["kase"], submission, events.SUBMIT, events.Tags(tags.metadata, tags.data, there))
            if told := self._about(row["destination"]).get("callback"):
                self._log(connection, row["kase"], submission, events.NOTIFY)
        if told:
            one = {"destinationId": row["destination"], "submissionId": submission, "caseId": row["kase"]}
            self._call_back(told, {"type": callbacks.NEW_SUBMISSIONS, "submissionIds": [submission], "submissions": [one]})
        return {"submissionId": submission, "caseId": row["kase"], "destinationId": row["destination"]}

    def waiting(self, client: str, destination: str, offset: int, limit: int, *, doubled: bool = False) -> dict[str, Any]:
        """What lies ready for the owner of a destination."""
        owner = self.store.row("SELECT owner FROM destination WHERE id = ?", destination)
        if owner is None or owner["owner"] != client:
            raise No(403, "forbidden", "Dieser Zustellpunkt gehört jemand anderem.")
        states = "('submitted', 'accepted', 'rejected')" if doubled else "('submitted')"
        query = f"SELECT * FROM submission WHERE destination = ? AND state IN {states} ORDER BY number"  # noqa: S608 - constants
        rows = self.store.rows(query, destination) * (2 if doubled else 1)
        shown = [
            {"destinationId": destination, "submissionId": row["id"], "caseId": row["kase"]}
            for row in rows[offset : offset + limit]
        ]
        return {"count": len(shown), "offset": offset, "totalCount": len(rows), "submissions": shown}

    def fetch(self, client: str, submission: str) -> dict[str, Any]:
        """A submission that lies ready."""
        row = self._received_by(client, submission)
        return {
            "destinationId": row["destination"], "submissionId": submission, "caseId": row["kase"],
            "serviceType": json.loads(row["service"]), "attachments": json.loads(row["announced"]),
            "encryptedMetadata": row["metadata"], "encryptedData": row["data"],
        }  # fmt: skip

    def fetch_attachment(self, client: str, submission: str, attachment: str) -> str:
        """One attachment of it."""
        self._received_by(client, submission)
        row = self.store.row("SELECT token FROM attachment WHERE submission = ? AND id = ?", submission, attachment)
        if row is None:
            raise No(404, "attachment-not-found", "Diese Anlage gibt es nicht.")
        return str(row["token"])

    def encryption_key_for(self, submission: str) -> dict[str, Any] | None:
        """The public key a submission is encrypted with; anybody can get it."""
        row = self.store.row("SELECT destination FROM submission WHERE id = ?", submission)
        if row is None:
            return None
        return self.jwk(row["destination"], self._about(row["destination"])["encryptionKid"])

    def log_of(self, client: str, case: str) -> list[str]:
        """The log of a case, for its sender and its receiver."""
        row = self.store.row("SELECT * FROM submission WHERE kase = ?", case)
        if row is None or client not in (row["sender"], self._owner(row["destination"])):
            raise No(404, "case-not-found", "Diesen Vorgang gibt es nicht.")
        return [one["token"] for one in self.store.rows("SELECT token FROM event WHERE kase = ? ORDER BY number", case)]

    def report(self, client: str, case: str, token: str) -> None:
        """The receiver accepts or rejects; afterwards the content is deleted here."""
        with self.store.change() as connection:
            row = self.store.row("SELECT * FROM submission WHERE kase = ?", case)
            if row is None or client != self._owner(row["destination"]):
                raise No(404, "case-not-found", "Diesen Vorgang gibt es nicht.")
            try:
                said = events.read(token, lambda issuer, kid: self.jwk(issuer, kid))
            except (events.TokenRefused, ValueError) as error:
                raise No(400, "invalid-set", f"Das Ereignis wird nicht angenommen: {error}") from None
            if (said.issuer, said.submission, said.case) != (row["destination"], row["id"], case):
                raise No(400, "invalid-set", "Das Ereignis gehört zu einer anderen Einreichung.")
            if said.name not in (events.ACCEPT, events.REJECT):
                raise No(403, "event-not-allowed", "Dieses Ereignis darf ein Empfänger nicht auslösen.")
            if row["state"] != "submitted":
                raise No(409, "invalid-state", "Über diese Einreichung ist schon entschieden.")
            state = "accepted" if said.name == events.ACCEPT else "rejected"
            connection.execute("INSERT INTO event VALUES (NULL, ?, ?, ?)", [case, row["id"], token])
            connection.execute("UPDATE submission SET state = ?, metadata = '', data = '' WHERE id = ?", [state, row["id"]])
            connection.execute("DELETE FROM attachment WHERE submission = ?", [row["id"]])
            self._log(connection, case, row["id"], events.DELETE)
        if told := json.loads(row["callback"] or "null"):
            self._call_back(told, {"type": callbacks.NEW_EVENTS, "caseIds": [case], "submissionIds": [row["id"]]})

    # Inside.

    def _owner(self, destination: str) -> str:
        row = self.store.row("SELECT owner FROM destination WHERE id = ?", destination)
        return str(row["owner"]) if row else ""

    def _sent_by(self, client: str, submission: str) -> sqlite3.Row:
        row = self.store.row("SELECT * FROM submission WHERE id = ? AND sender = ?", submission, client)
        if row is None:
            raise No(404, "submission-not-found", "Diese Einreichung gibt es nicht.")
        return row

    def _received_by(self, client: str, submission: str) -> sqlite3.Row:
        row = self.store.row("SELECT * FROM submission WHERE id = ? AND state = 'submitted'", submission)
        if row is None or client != self._owner(row["destination"]):
            raise No(404, "submission-not-found", "Diese Einreichung gibt es nicht.")
        return row

    def _attachments(self, submission: str) -> list[sqlite3.Row]:
        return self.store.rows("SELECT * FROM attachment WHERE submission = ?", submission)

    def _log(
        self, connection: sqlite3.Connection, case: str, submission: str, name: str, tags: events.Tags | None = None
    ) -> None:
        token = events.write(name, submission=submission, case=case, issuer=self.issuer, key=self.key, tags=tags)
        connection.execute("INSERT INTO event VALUES (NULL, ?, ?, ?)", [case, submission, token])

    def _call_back(self, told: Mapping[str, str], said: Mapping[str, Any]) -> None:
        if self._post is None:
            return
        body, now = json.dumps(said).encode(), int(time.time())
        signature = callbacks.signature(told.get("secret", ""), now, body)
        headers = {
            "content-type": "application/json", "callback-authentication": signature, "callback-timestamp": str(now)
        }  # fmt: skip
        self._post(told.get("url", ""), body, headers)


def _jwe(token: str) -> str:
    try:
        return jose.tag(token)
    except jose.Unreadable:
        raise No(400, "invalid-jwe", "Erwartet wird ein JWE in Compact Serialization.") from None


def _uuids(listed: Any) -> bool:
    if not isinstance(listed, list):
        return False
    try:
        return all(str(uuid.UUID(one)) == one for one in listed) and len(set(listed)) == len(listed)
    except (ValueError, TypeError, AttributeError):
        return False
