"""Sentences that only tell people something: recognised by their first words, and only when they demand nothing."""

import re

from stadtkern.lib.forms.rules.german import vocabulary as v
from stadtkern.lib.forms.rules.german.words import NotUnderstood, Sort, words_of

_OPENINGS = re.compile(r"\s*(hinweis|anmerkung|erläuterung|information|bemerkung)\b\s*[:\-–]", re.IGNORECASE)
_DEMANDS = v.words(
    "wenn falls sofern soweit muss müssen darf dürfen pflicht pflichtfeld pflichtangabe verpflichtend nur sonst "
    "ansonsten ausgeblendet auszublenden angezeigt anzuzeigen befüllt befüllen zeige blende aktiviere deaktiviere "
    "mindestens entweder"
)


def informs(text: str) -> bool:
    """Whether a rule is a remark: opened as such, without any word that demands, names no value for a field."""
    if not _OPENINGS.match(text):
        return False
    try:
        tokens = words_of(text)
    except NotUnderstood:
        return False
    return not any(token.low in _DEMANDS or token.sort is Sort.SIGN for token in tokens)
