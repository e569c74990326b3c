"""Pages for editors: which entries have texts, and the texts of one entry with preview, history and undo."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role
from stadtkern.lib.words import plain

from .. import catalogue
from ..directory import books
from ..models import Change
from ..service import Service
from . import actions, shown, store
from .fields import FIELDS, LANGUAGES

editors = staff(Role.EDITOR)
MOST = 50
HISTORY = 20


@editors
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The entries with texts; `?q=` looks through titles and keys of the whole directory."""
    words = request.GET.get("q", "").replace("\0", "")[:200].strip()
    titles = {one.leika: one.title for one in catalogue.all_services().values() if one.leika}
    own = {one.key: one for one in store.everything()}
    keys = _search(words, titles, own) if words else list(own)
    rows = [(key, _title(key, titles, own), _languages(own.get(key))) for key in keys]
    context = {"rows": rows[:MOST], "more": max(0, len(rows) - MOST), "words": words, "count": len(rows)}
    return render(request, "services/modules_index.html", context)


def _languages(texts: store.Modules | None) -> list[str]:
    return [str(name) for code, name in LANGUAGES.items() if texts and code in texts.texts]


def _search(words: str, titles: Mapping[str, str], own: Mapping[str, store.Modules]) -> list[str]:
    """Keys of entries that have all these words in a title or the key."""
    wanted = plain(words).split()
    found = []
    for key in {**books.entries(), **titles}:
        entry = books.entries().get(key)
        named = (_title(key, titles, own), entry.title if entry else "", *(entry.words if entry else ()), key)
        text = plain(" ".join(named))
        if all(word in text for word in wanted):
            found.append(key)
            if len(found) > MOST:
                break
    return found


def _title(key: str, titles: Mapping[str, str], own: Mapping[str, store.Modules]) -> str:
    """What the entry is called here: by its own text, by its service, by the federal list."""
    entry = books.entries().get(key)
    text = own[key].get("title") if key in own else ""
    return text or titles.get(key, "") or (entry.name if entry else key)


def _service(key: str) -> Service | None:
    return next((one for one in catalogue.all_services().values() if one.leika and one.leika == key), None)


@editors
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The modules of one entry in one language (`?sprache=`): preview first, then save."""
    if not store.KEY.fullmatch(key) or not (key in books.entries() or _service(key) or store.modules(key)):
        raise Http404
    language = request.GET.get("sprache", "de")
    if language not in LANGUAGES:
        language = "de"
    if request.method != "POST":
        return _page(request, key, language)
    typed = {field.key: request.POST.get(field.key, "").replace("\0", "") for field in FIELDS}
    seen = request.POST.get("seen", "")
    if "preview" in request.POST:
        return _page(request, key, language, typed=typed, seen=seen)
    try:
        change = actions.save(
            key, language, typed, actor_of(request), seen=seen, note=request.POST.get("note", "").replace("\0", "")
        )
    except actions.Overtaken as error:
        fresh = actions.version(store.text_of(key))
        return _page(request, key, language, typed=typed, seen=fresh, refused=str(error), status=409)
    except actions.Refused as error:
        return _page(request, key, language, typed=typed, seen=seen, refused=str(error), status=400)
    messages.success(request, _("Gespeichert. Die Texte sind jetzt zu sehen.") if change else _("Es hat sich nichts geändert."))
    return redirect(_address(key, language))


def _address(key: str, language: str) -> str:
    address = reverse("services:modules", args=[key])
    return address if language == "de" else f"{address}?sprache={language}"


def _page(
    request: HttpRequest,
    key: str,
    language: str,
    *,
    typed: dict[str, str] | None = None,
    seen: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    found = store.modules(key)
    values = typed if typed is not None else dict(found.texts.get(language, {}))
    preview = None
    if typed is not None and not refused:
        tidy = {name: store.tidy(name, text) for name, text in typed.items()}
        preview = shown.shown(store.Modules(key, {language: tidy}), language, alone=True, top=4)
    rows = [(field, values.get(field.key, ""), found.own(field.key, "de") if language != "de" else "") for field in FIELDS]
    service = _service(key)
    context = {
        "key": key,
        "title": found.get("title") or (service.title if service else "") or _title(key, {}, {}),
        "service": service,
        "rows": [row for row in rows if not row[0].rare],
        "rare": [row for row in rows if row[0].rare],
        "rare_used": any(row[1] for row in rows if row[0].rare),
        "language": language,
        "languages": [(code, name, bool(found.texts.get(code))) for code, name in LANGUAGES.items()],
        "source": found.source,
        "problems": found.problems,
        "preview": preview,
        "refused": refused,
        "seen": seen or actions.version(store.text_of(key)),
        "history": Change.objects.filter(service=key, file=actions.FILE)
        .select_related("staff__account")
        .order_by("-pk")[:HISTORY],
        "version": actions.version(store.text_of(key)),
    }
    return render(request, "services/modules_edit.html", context, status=status)


@editors
@require_POST
def undo(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Back to how the texts were before this change."""
    change = get_object_or_404(Change, pk=number, service=key, file=actions.FILE)
    try:
        done = actions.restore(change, actor_of(request), seen=request.POST.get("seen", ""))
    except actions.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Zurückgenommen.") if done else _("Die Texte sind schon so."))
    return redirect(_address(key, "de"))
