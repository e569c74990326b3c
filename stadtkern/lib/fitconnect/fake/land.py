"""A receiver that answers by itself: checks what lies in its post and accepts it, or says what is wrong."""

from collections.abc import Mapping
from typing import Any

from .. import events, jose, metadata
from ..client import Client, Refused
from ..problems import Problem


def answer_all(client: Client, destination: str, decryption: Mapping[str, Any], signature: Mapping[str, Any]) -> int:
    """Accept or reject everything that waits; returns how many."""
    done = 0
    for one in client.waiting(destination):
        try:
            problems, tags = _look(client, one.submission, {str(decryption["kid"]): decryption})
            name = events.REJECT if problems else events.ACCEPT
            token = events.write(
                name, submission=one.submission, case=one.case, issuer=destination, key=signature,
                tags=None if problems else tags, problems=problems,
            )  # fmt: skip
            client.report(one.case, token)
        except Refused:
            continue  # somebody was faster
        done += 1
    return done


def _look(client: Client, submission: str, keys: Mapping[str, Any]) -> tuple[list[Problem], events.Tags]:
    there = client.fetch(submission)
    tokens = {key: client.fetch_attachment(submission, key) for key in there.attachments}
    tags = events.Tags(jose.tag(there.metadata), jose.tag(there.data), {key: jose.tag(token) for key, token in tokens.items()})
    try:
        said = metadata.read(jose.decrypt(there.metadata, keys))
        data = jose.decrypt(there.data, keys)
        files = {key: jose.decrypt(token, keys) for key, token in tokens.items()}
    except jose.Unreadable as error:
        return [Problem("encryption-issue", "data", str(error))], tags
    if not isinstance(said, metadata.Metadata):
        return said, tags
    problems = metadata.compare(said, list(files)) + metadata.hash_problem(said.data_hash, data, "data")
    for one in said.attachments:
        if one.id in files:
            problems += metadata.hash_problem(one.hash, files[one.id], f"attachment:{one.id}")
    return problems, tags
