"""What every page of the editors needs: the folder, the draft over it, who may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from stadtkern.kernel.accounts.access import Actor, actor_of, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.lib.forms.model import Form

from ...folders import FORM_OVERLAY, OVERLAY, RULES, SERVICE, Folder, folder_of
from ...models import Draft
from ...service import Service, ServiceBroken
from .. import actions, questions, texts
from ..draft import Drafted, drafted
from ..files import Path_, Unwritable, is_ours, writable

View = Callable[..., HttpResponse]
NAMES = {OVERLAY: "Texte und Gebühren", FORM_OVERLAY: "Formular", RULES: "Regeln"}


@dataclass(frozen=True)
class Desk:
    """One service as its editor sees it: the folder, the drafts, the service with the drafts laid over it."""

    actor: Actor
    folder: Folder
    drafts: Sequence[Draft]
    seen: Drafted

    @property
    def service(self) -> Service | None:
        return self.seen.service

    @property
    def form(self) -> Form | None:
        return self.seen.service.form if self.seen.service else None

    def draft(self, name: str) -> Draft | None:
        return next((draft for draft in self.drafts if draft.file == name), None)

    @property
    def title(self) -> str:
        return self.seen.service.title if self.seen.service else self.folder.key

    @property
    def federal(self) -> bool:
        """Whether form and rules come from a schema and are the city's to dress."""
        return bool(self.service and self.service.read_prefill and is_ours(self.folder))


def editor(view: View) -> Callable[..., HttpResponseBase]:
    """For editors and heads of offices, never cached."""
    declared = staff(Role.EDITOR, Role.LEAD)(view)

    @wraps(declared)  # the declaration of access comes along
    def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return never_cache(declared)(request, *args, **kwargs)

    return fresh


def desk_of(request: HttpRequest, key: str) -> Desk:
    """The service of this address; 404 where there is no such folder."""
    folder = folder_of(key)
    if folder is None:
        raise Http404
    actor = actor_of(request)
    drafts = actions.own_drafts(actor, key)
    try:
        seen = drafted(folder, actions.preview_texts(folder, drafts))
    except ServiceBroken as error:
        seen = Drafted(None, (str(error),))
    return Desk(actor, folder, drafts, seen)


def federal_desk(request: HttpRequest, key: str) -> Desk:
    """As `desk_of`, 404 for services whose form the city wrote itself."""
    desk = desk_of(request, key)
    if not desk.federal:
        raise Http404
    return desk


def context(desk: Desk, here: str) -> dict[str, Any]:
    """What the frame of every page shows."""
    return {
        "desk": desk,
        "key": desk.folder.key,
        "here": here,
        "edits": sum(len(draft.edits) for draft in desk.drafts),
        "writable": writable(desk.folder),
        "public": desk.service is not None and not desk.service.retired,
    }


def saved(request: HttpRequest, key: str, where: str, *args: Any) -> HttpResponse:
    """Back to the page after the draft was kept."""
    messages.success(request, "Im Entwurf gespeichert. Veröffentlicht ist noch nichts.")
    return redirect(where, key, *args)


def told(request: HttpRequest, error: Exception) -> None:
    """Why something cannot be done now, on top of the next page."""
    for sentence in getattr(error, "sentences", (str(error),)):
        messages.error(request, sentence)


REFUSALS = (actions.Refused, Unwritable, ServiceBroken)


def plain(value: Any, keys: Path_ = ()) -> str:
    """A value of a file as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, (list, tuple)):
        return "\n".join(plain(one) for one in value) or "–"
    if isinstance(value, int) and keys[:1] == ("fee",) and not keys[-1].endswith(texts.PLAIN):
        return f"{value // 100:,}".replace(",", ".") + f",{value % 100:02d} €"
    if isinstance(value, str) and keys[-1:] == ("prefill",):
        return questions.fact_words(value)
    return str(value) or "–"


def words_of(desk: Desk, name: str, keys: Path_) -> str:
    """What a place of one of the files is called."""
    if name == OVERLAY:
        try:
            return texts.words_of(keys, texts.raws(desk.folder, "")[1])
        except ServiceBroken:
            return ".".join(keys)
    if name == FORM_OVERLAY:
        return questions.words_of(keys, desk.form)
    return f"Regel {keys[1].split(' ')[0]}" if len(keys) > 1 else "Regeln"


__all__ = ["FORM_OVERLAY", "NAMES", "OVERLAY", "REFUSALS", "RULES", "SERVICE", "Desk", "context", "desk_of", "editor",
           "federal_desk", "plain", "saved", "told", "words_of"]  # fmt: skip
