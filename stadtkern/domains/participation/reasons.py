"""Why a moderator rejects or hides: the same reasons for complaints of readers, in words that people understand."""

from typing import Any

from django.utils.translation import gettext_lazy

REASONS: dict[str, Any] = {
    "insult": gettext_lazy("Der Text beleidigt oder bedroht andere."),
    "hate": gettext_lazy("Der Text wertet Gruppen von Menschen ab."),
    "personal_data": gettext_lazy("Der Text nennt persönliche Angaben über andere."),
    "illegal": gettext_lazy("Der Inhalt verstößt gegen ein Gesetz."),
    "advertising": gettext_lazy("Der Text ist Werbung."),
    "spam": gettext_lazy("Der Text wurde mehrfach oder maschinell eingestellt."),
    "off_topic": gettext_lazy("Der Text passt nicht zu diesem Verfahren."),
    "not_ours": gettext_lazy("Die Stadt ist dafür nicht zuständig."),
    "other": gettext_lazy("Anderer Grund"),
}
