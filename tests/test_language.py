"""English is complete: every text is translated, says the same, is compiled, and no German is left on public pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize
from lxml import html

from stadtkern.kernel.services import catalogue

SOURCE = Path(settings.ROOT) / "stadtkern"
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "translate"}
PLURAL = {"ngettext", "ngettext_lazy"}

_LITERAL = r"u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
_IN_TEMPLATE = re.compile(rf"(?<!\w)(?:gettext|ngettext|_)\(\s*({_LITERAL})")
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|</?\w[^>]*>")

# Everyday German that is no English word and part of no name; what the law calls a thing stands in brackets.
TELL_TALE = frozenset({
    "und", "oder", "nicht", "kein", "keine", "bitte", "sie", "ihr", "ihre", "ihren", "ihrem", "ihrer", "wir", "uns",
    "mit", "ohne", "für", "von", "auf", "aus", "bei", "nach", "ist", "sind", "wird", "werden", "wurde", "haben", "hat",
    "können", "kann", "müssen", "der", "das", "dem", "den", "eine", "einen", "einer", "antrag", "anträge", "vorgang",
    "vorgänge", "bescheid", "leistung", "leistungen", "gebühr", "frist", "postfach", "entwurf", "angaben", "zurück",
    "weiter", "anmelden", "heute", "morgen", "gestern",
})  # fmt: skip
BEGIN = ("/", "/leistungen/", "/konto/login/", "/konto/signup/", "/dokumente/pruefen/", "/suche/?q=hund", "/nirgends/")
NOT_VISITED = re.compile(r"^/(?:static|api|ui|konto/demo|vorgang/neu)/|\.\w+$")
MOST_PAGES = 80


def _catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def _python_texts(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _template_texts(file: Path) -> Iterator[str]:
    for found in _IN_TEMPLATE.finditer(templatize(file.read_text(encoding="utf-8"), origin=str(file))):
        yield str(ast.literal_eval(found.group(1)))


def _source_texts() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in SOURCE.rglob("*"):
        if "tests" in file.parts or not file.is_file():
            continue
        if file.suffix == ".py":
            found.update(dict.fromkeys(_python_texts(file), file))
        elif file.suffix in (".html", ".txt") and "templates" in file.parts:
            found.update(dict.fromkeys(_template_texts(file), file))
    return {text: file for text, file in found.items() if text}


def test_every_text_of_the_source_is_in_the_catalogue() -> None:
    known = {entry.msgid for entry in _catalogue() if not entry.obsolete}
    texts = _source_texts()
    missing = [f"{file.relative_to(SOURCE)}: {text}" for text, file in texts.items() if text not in known]
    assert len(texts) > 1000, "the scan has lost its way"
    assert not missing, "run manage.py makemessages and translate:\n" + "\n".join(sorted(missing))


def test_nothing_is_untranslated_or_uncertain() -> None:
    catalogue = _catalogue()
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_placeholders_and_tags_are_the_same_on_both_sides() -> None:
    wrong = []
    for entry in _catalogue():
        if entry.msgid_plural:
            one, many = entry.msgstr_plural[0], entry.msgstr_plural[1]
            known = set(_PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
            same = _marks(entry.msgid_plural) == _marks(many) and set(_PLACEHOLDER.findall(one)) <= known
        else:
            same = _marks(entry.msgid) == _marks(entry.msgstr)
        if not same:
            wrong.append(entry.msgid)
    assert wrong == []


def _marks(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def test_the_compiled_catalogue_is_current() -> None:
    """A bare server has no msgfmt: the .mo is kept beside the .po."""
    compiled = {_key(entry): _said(entry) for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))}
    assert compiled == {_key(entry): _said(entry) for entry in _catalogue() if not entry.obsolete}


def _key(entry: polib.POEntry | polib.MOEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def _said(entry: polib.POEntry | polib.MOEntry) -> str | dict[int, str]:
    return {int(form): text for form, text in entry.msgstr_plural.items()} or str(entry.msgstr)


def test_english_speaks_as_calmly_as_german() -> None:
    loud = [entry.msgstr for entry in _catalogue() if re.search(r"!|\bsuccess", _whole(entry), re.IGNORECASE)]
    assert loud == []


def _whole(entry: polib.POEntry) -> str:
    return " ".join([entry.msgstr, *entry.msgstr_plural.values()])


def _is_german(text: str) -> bool:
    return not TELL_TALE.isdisjoint(re.findall(r"[^\W\d_]+", re.sub(r"\([^)]*\)", " ", text).lower()))


def _german_in(element: html.HtmlElement) -> Iterator[str]:
    """Pieces of text with everyday German in them, outside what is marked as German or as a name."""
    if not isinstance(element.tag, str) or element.tag in ("script", "style"):
        return
    if element.tag != "html" and ((element.get("lang") or "").startswith("de") or element.get("translate") == "no"):
        return
    pieces = [element.text, *(element.get(name) for name in ("title", "aria-label", "placeholder", "alt", "data-label"))]
    for piece in [*pieces, *(child.tail for child in element)]:
        if _is_german(piece or ""):
            yield " ".join((piece or "").split())
    for child in element:
        yield from _german_in(child)


def _visit(client: Client, language: str) -> dict[str, list[str]]:
    """Address -> German pieces, for the pages a visitor can reach from the main ones."""
    waiting, found = list(BEGIN), dict[str, list[str]]()
    while waiting and len(found) < MOST_PAGES:
        address = waiting.pop(0)
        if address in found:
            continue
        answer = client.get(address, headers={"accept-language": language}, follow=True)
        if "html" not in answer.headers.get("content-type", ""):
            continue
        page = html.fromstring(answer.content)
        assert page.get("lang") == language, address
        found[address] = list(_german_in(page))
        links = (link.get("href", "").split("#")[0].split("?")[0] for link in page.iter("a"))
        waiting += [link for link in links if link.startswith("/") and not NOT_VISITED.search(link)]
    return found


@pytest.mark.usefixtures("offices")
def test_visitors_who_read_english_find_no_german(client: Client) -> None:
    pages = _visit(client, "en")
    assert len(pages) > 25
    left = {address: pieces for address, pieces in pages.items() if pieces}
    assert left == {}


@pytest.mark.usefixtures("offices")
def test_german_would_be_noticed(client: Client) -> None:
    """The words looked for stand on every page that is read in German."""
    assert [address for address, pieces in _visit(client, "de").items() if not pieces] == []


@pytest.mark.usefixtures("offices")
def test_what_is_wrong_is_said_in_one_language() -> None:
    """The label in a sentence speaks the language of the sentence, and so do the rules of the service."""
    services = [service for service in catalogue.all_services().values() if "en" in service.texts]
    with translation.override("en"):
        said = {service.key: [problem.message for problem in service.problems({})] for service in services}
    assert len(services) > 5
    left = {key: [text for text in texts if _is_german(text)] for key, texts in said.items()}
    assert {key: texts for key, texts in left.items() if texts} == {}
