"""Looks this process has itself written down a moment ago: the same look again asks the database nothing.

Only what is committed is remembered. Whatever is not known here is looked for in the log itself (there are other processes),
and a page with one more person is another look. Lines are never deleted within that time, so what is known here is in the log;
after a restored backup the platform starts anew (docs/operate.md) and knows nothing.
"""

from datetime import datetime
from hashlib import blake2b

from django.db import connection

MOST = 5_000  # looks; about one megabyte

_moments: dict[bytes, datetime] = {}


def look(*parts: object) -> bytes:
    """What makes two looks the same, as a short mark that names nobody."""
    return blake2b(repr((connection.settings_dict["NAME"], parts)).encode(), digest_size=24).digest()


def written(mark: bytes, since: datetime) -> bool:
    moment = _moments.get(mark)
    return moment is not None and moment > since


def remember(mark: bytes, moment: datetime) -> None:
    """After the commit."""
    _moments.pop(mark, None)
    _moments[mark] = moment
    if len(_moments) > MOST:
        for old in list(_moments)[: MOST // 4]:  # the first are the oldest
            _moments.pop(old, None)


def forget() -> None:
    """Know nothing: for tests, whose database is emptied under a running process."""
    _moments.clear()
