"""Between the modules editors see and a `leistung` of XZuFi: nothing a field does not show is touched on the way back."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from stadtkern.lib.xzufi import html
from stadtkern.lib.xzufi.codec import Code, Identifier, Text
from stadtkern.lib.xzufi.model import (
    Bearbeitungsdauermodul,
    BegriffImKontext,
    BegriffImKontextModul,
    Fristmodul,
    Kostenmodul,
    Leistung,
    Sprachversion,
    Textmodul,
    Versionsinformation,
)
from stadtkern.lib.xzufi.places import Spezialisierung

from . import store
from .fields import BY_CODE, BY_ELEMENT, FIELDS, Field

TEXT_MODULES = "urn:de:xzufi:codeliste:leistungstextmodulleika"
LEIKA = "urn:de:fim:leika:leistung"
# XZuFi asks for languages as in BCP 47; for Leichte Sprache the standard names no code we could check.
TO_XZUFI = {"de": "de", "en": "en", "leicht": "de-x-leicht"}
PORTAL_LANGUAGES = ("de", "en")  # what the federal portal takes (PVOG, Sammlerdienst)
NAMES = {"de": ("Deutsch", "Deutsch"), "en": ("Englisch", "English"), "de-x-leicht": ("Leichte Sprache", "Leichte Sprache")}
P = TypeVar("P", Leistung, Spezialisierung)
ELEMENTS: dict[str, tuple[str, type[Any]]] = {
    "modulKosten": ("modul_kosten", Kostenmodul),
    "modulFrist": ("modul_frist", Fristmodul),
    "modulBearbeitungsdauer": ("modul_bearbeitungsdauer", Bearbeitungsdauermodul),
}


def language_of(code: str) -> str:
    """Our language for a languageCode; "" for one we have no field for."""
    plain = code.lower().replace("_", "-")
    if plain in ("de-x-leicht", "de-ls", "de-leicht", "de-x-ls", "de-simple", "ls"):
        return "leicht"
    return plain.split("-")[0] if plain.split("-")[0] in ("de", "en") else ""


def texts_of(leistung: Leistung) -> dict[str, dict[str, str]]:
    """What the fields show of an imported service: language -> field -> text."""
    found: dict[str, dict[str, str]] = {}

    def put(field: Field | None, texts: Iterable[Text]) -> None:
        for text in texts:
            language = language_of(text.language)
            tidy = store.tidy(field.key, text.value) if field and language else ""
            if field and tidy:
                table = found.setdefault(language, {})
                table[field.key] = tidy if field.key not in table else _joined(field, table[field.key], tidy)

    for module in leistung.modul_text:
        put(BY_CODE.get(module.leika_textmodul.value if module.leika_textmodul else ""), module.inhalt)
    for element, (name, _kind) in ELEMENTS.items():
        for module in getattr(leistung, name):
            put(BY_ELEMENT[element], module.beschreibung)
    for words in leistung.modul_begriff_im_kontext:
        put(BY_ELEMENT["modulBegriffImKontext"], (one.begriff for one in words.begriff_im_kontext if one.begriff))
    return found


def _joined(field: Field, first: str, second: str) -> str:
    if first == second:
        return first
    return f"{first}\n{second}" if field.kind == "words" else f"{first} {second}" if field.kind == "line" else first + second


def source_of(leistung: Leistung) -> dict[str, str]:
    """Where an imported service comes from."""
    info = leistung.versionsinformation
    return {
        "agency": leistung.id.agency if leistung.id else "",
        "id": leistung.id.value if leistung.id else "",
        "version": (info.version if info else None) or "",
        "changed": (info.geaendert_datum_zeit if info else None) or "",
    }


def with_texts(leistung: Leistung, texts: store.Texts) -> Leistung:
    """The service with these texts: modules that say what they said stay as they are, to the last character."""
    before = texts_of(leistung)
    changed: dict[str, dict[str, str]] = {}
    for language in {*before, *texts}:
        for field in FIELDS:
            value = texts.get(language, {}).get(field.key, "")
            if value != before.get(language, {}).get(field.key, ""):
                changed.setdefault(field.key, {})[language] = value
    for field in FIELDS:
        if field.key not in changed:
            continue
        if field.code:
            leistung = replace(leistung, modul_text=_text_modules(leistung.modul_text, field, changed[field.key]))
        elif field.kind == "words":
            modules = _words(leistung.modul_begriff_im_kontext, changed[field.key])
            leistung = replace(leistung, modul_begriff_im_kontext=modules)
        else:
            name, kind = ELEMENTS[field.element]
            described: Any = {name: _descriptions(getattr(leistung, name), kind, changed[field.key])}
            leistung = replace(leistung, **described)
    return replace(leistung, sprachversion=_languages(leistung, texts))


def _said(texts: Iterable[Text], changed: Mapping[str, str]) -> tuple[Text, ...]:
    kept = [text for text in texts if language_of(text.language) not in changed]
    return (*kept, *(Text(value, TO_XZUFI[language]) for language, value in sorted(changed.items()) if value))


def _text_modules(modules: tuple[Textmodul, ...], field: Field, changed: Mapping[str, str]) -> tuple[Textmodul, ...]:
    ours = [one for one in modules if one.leika_textmodul and one.leika_textmodul.value == field.code]
    first = ours[0] if ours else Textmodul(leika_textmodul=Code(field.code, "", TEXT_MODULES, "20240216"))
    made = {id(first): replace(first, inhalt=_said(first.inhalt, changed))}
    made |= {
        id(one): replace(one, inhalt=tuple(t for t in one.inhalt if language_of(t.language) not in changed)) for one in ours[1:]
    }
    found = tuple(made.get(id(one), one) for one in (modules if ours else (*modules, first)))
    return tuple(one for one in found if one.inhalt or one.weiterfuehrender_link or one.rest or id(one) not in made)


def _descriptions(modules: tuple[Any, ...], kind: type[Any], changed: Mapping[str, str]) -> tuple[Any, ...]:
    first, *others = modules or (kind(),)
    kept = [
        replace(one, beschreibung=tuple(t for t in one.beschreibung if language_of(t.language) not in changed))
        for one in others
    ]
    first = replace(first, beschreibung=_said(first.beschreibung, changed))
    return tuple(one for one in (first, *kept) if one != kind())


def _words(modules: tuple[BegriffImKontextModul, ...], changed: Mapping[str, str]) -> tuple[BegriffImKontextModul, ...]:
    def kept(one: BegriffImKontextModul) -> BegriffImKontextModul:
        left = (
            word for word in one.begriff_im_kontext if not word.begriff or language_of(word.begriff.language) not in changed
        )
        return replace(one, begriff_im_kontext=tuple(left))

    old = {  # a word that stays keeps its type
        (word.begriff.value, language_of(word.begriff.language)): word
        for one in modules
        for word in one.begriff_im_kontext
        if word.begriff
    }
    first, *others = modules or (BegriffImKontextModul(),)
    fresh = [
        old.get((line, language)) or BegriffImKontext(begriff=Text(line, TO_XZUFI[language]))
        for language, lines in sorted(changed.items())
        for line in lines.splitlines()
    ]
    first = kept(first)
    first = replace(first, begriff_im_kontext=(*first.begriff_im_kontext, *fresh))
    return tuple(one for one in (first, *(kept(one) for one in others)) if one != BegriffImKontextModul())


def _languages(leistung: Leistung, texts: store.Texts) -> tuple[Sprachversion, ...]:
    known = {language_of(dict(one.attributes).get("languageCode", one.language_code or "")) for one in leistung.sprachversion}
    missing = [TO_XZUFI[language] for language in texts if language not in known and language in TO_XZUFI and texts[language]]
    return (*leistung.sprachversion, *(sprachversion(code) for code in sorted(missing)))


def sprachversion(code: str) -> Sprachversion:
    """A language of an object."""
    german, native = NAMES[code]
    return Sprachversion(language_code=code, sprachbezeichnung_deutsch=german, sprachbezeichnung_nativ=native)


def new(identifier: Identifier, leika: str, changed: str) -> Leistung:
    """A service of our own, without a word yet. `changed`: ISO moment."""
    return Leistung(
        id=identifier,
        referenz_leika=(Code(leika, "", LEIKA, ""),) if leika else (),
        versionsinformation=Versionsinformation(geaendert_datum_zeit=changed),
    )


MODULES = ("modul_text", "modul_frist", "modul_kosten", "modul_bearbeitungsdauer", "modul_begriff_im_kontext")


def regional(leistung: Leistung, original: Leistung, identifier: Identifier, area: Identifier) -> Spezialisierung | None:
    """What we say differently about a service of another editorial office; None where we say nothing of our own."""
    changed: Any = {
        name: tuple(one for one in getattr(leistung, name) if one not in getattr(original, name))
        for name in MODULES
        if getattr(leistung, name) != getattr(original, name)
    }
    if not any(changed.values()):
        return None
    return Spezialisierung(id=identifier, leistung_id=original.id, gebiet_id=(area,), **changed)


def for_portal(leistung: P) -> P:
    """Only what the federal portal takes: German and English."""

    def shown(texts: Iterable[Text]) -> tuple[Text, ...]:
        return tuple(text for text in texts if text.language.lower()[:2] in PORTAL_LANGUAGES and "-x-" not in text.language)

    def described(modules: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(replace(one, beschreibung=shown(one.beschreibung)) for one in modules)

    found: Any = replace(
        leistung,
        modul_text=tuple(replace(one, inhalt=shown(one.inhalt)) for one in leistung.modul_text),
        modul_kosten=described(leistung.modul_kosten),
        modul_frist=described(leistung.modul_frist),
        modul_bearbeitungsdauer=described(leistung.modul_bearbeitungsdauer),
        sprachversion=tuple(
            one
            for one in leistung.sprachversion
            if dict(one.attributes).get("languageCode", one.language_code) in (None, *PORTAL_LANGUAGES)
        ),
    )
    return found  # type: ignore[no-any-return]


def listed(items: Iterable[str]) -> str:
    """Words as an HTML list."""
    entries = "".join(f"<li>{html.clean(item).removeprefix('<p>').removesuffix('</p>')}</li>" for item in items)
    return f"<ul>{entries}</ul>" if entries else ""
