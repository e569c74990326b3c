"""Pages for editors: which entries have texts, and the texts of one entry with preview, history and undo."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadtkern.kernel.accounts.access import actor_of, staff
from stadtkern.kernel.accounts.models import Role

from .. import catalogue
from ..directory import books
from ..models import Change
from ..search import plain
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
    found = _search(words) if words else [(one.key, _title(one.key), one) for one in store.everything()]
    rows = [
        (key, title, sorted(str(LANGUAGES[code]) for code in texts.texts if code in LANGUAGES)) for key, title, texts in found
    ]
    context = {"rows": rows[:MOST], "more": max(0, len(rows) - MOST), "words": words, "count": len(rows)}
    return render(request, "services/modules_index.html", context)


def _search(words: str) -> list[tuple[str, str, store.Modules]]:
    wanted = plain(words).split()
    found = []
    for entry in books.entries().values():
        title = _title(entry.key)
        text = f"{plain(title)} {plain(entry.title)} {' '.join(plain(one) for one in entry.words)} {entry.key}"
        if all(word in text for word in wanted):
            found.append((entry.key, title, store.modules(entry.key)))
            if len(found) > MOST:
                break
    return found


def _title(key: str) -> str:
    """What the entry is called here: by its own text, by its service, by the federal list."""
    own = store.modules(key).get("title")
    entry = books.entries().get(key)
    service = _service(key)
    return own or (service.title if service else "") or (entry.name if entry else key)


def _service(key: str) -> Any:
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
        preview = shown.shown(store.Modules(key, {language: tidy}), language, alone=True)
    rows = [(field, values.get(field.key, ""), found.own(field.key, "de") if language != "de" else "") for field in FIELDS]
    service = _service(key)
    context = {
        "key": key,
        "title": _title(key),
        "service": service,
        "rows": rows,
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
