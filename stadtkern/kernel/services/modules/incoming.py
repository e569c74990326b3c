"""Take over an XZuFi delivery: texts become modules of the entries, what editors changed themselves stays, the rest is told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.city.profile import city
from stadtkern.lib.xzufi.codec import Identifier, XzufiError
from stadtkern.lib.xzufi.message import Loesche, Node, Operation, Schreibe, read, write
from stadtkern.lib.xzufi.model import Leistung
from stadtkern.lib.xzufi.places import Spezialisierung

from . import actions, mapping, objects, outgoing, store

MOST_FILES = 20_000


@dataclass
class Report:
    """What became of a delivery; every object is counted somewhere."""

    taken: list[tuple[str, str]] = field(default_factory=list)  # key, title
    same: int = 0  # services that say what they said
    kept: list[tuple[str, str, str]] = field(default_factory=list)  # key, language, field: an editor's own text stayed
    skipped: list[str] = field(default_factory=list)  # sentences
    deleted: list[str] = field(default_factory=list)  # keys the sender deletes
    others: Counter[str] = field(default_factory=Counter)  # kinds of objects that are not texts of a service
    unknown: Counter[str] = field(default_factory=Counter)  # elements the standard does not know; kept with the object
    refused: list[tuple[str, str]] = field(default_factory=list)  # file, reason


@dataclass
class Delivery:
    """One import: which service of the sender is which entry, and what happened so far."""

    actor: Actor | None = None
    overwrite: bool = False
    delete: bool = False
    report: Report = field(default_factory=Report)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)  # agency and id of a service -> key of the entry
    local: set[str] = field(default_factory=set)  # entries that already have the text made for our area

    def file(self, source: Path | bytes, name: str = "") -> None:
        """One message; a file that cannot be read is noted, what was taken over before stays."""
        message = read(source)
        try:
            for operation in message:
                self.operation(operation)
        except (XzufiError, actions.Refused) as error:
            self.report.refused.append((name or "Datei", str(error)))
        self.report.unknown.update(message.unknown)

    def operation(self, operation: Operation) -> None:
        """One object."""
        if isinstance(operation, Loesche):
            self._deleted(operation)
        elif isinstance(operation.objekt, Leistung):
            self._service(operation, operation.objekt)
        elif isinstance(operation.objekt, Spezialisierung):
            self._regional(operation.objekt)
        else:
            kind = (
                operation.objekt.tag.rpartition("}")[2]
                if isinstance(operation.objekt, Node)
                else type(operation.objekt).__name__
            )
            self.report.others[kind] += 1

    def _service(self, operation: Schreibe, leistung: Leistung) -> None:
        name = leistung.id.value if leistung.id else "?"
        key = leistung.leika
        if not store.KEY.fullmatch(key):
            self.report.skipped.append(f"Leistung {name}: ohne gültigen Leistungsschlüssel, nicht zuzuordnen.")
            return
        if leistung.id:
            self.keys[(leistung.id.agency, leistung.id.value)] = key
        ours = _is_local(leistung.gueltigkeit_gebiet_id)
        if ours is None:
            self.report.skipped.append(f"Leistung {name} ({key}): gilt nur in einem anderen Gebiet.")
        elif key in self.local and not ours:
            self.report.skipped.append(f"Leistung {name} ({key}): für unser Gebiet gibt es einen eigenen Text.")
        else:
            if ours:
                self.local.add(key)
            self._take(key, leistung, write([operation]))

    def _take(self, key: str, leistung: Leistung, original: bytes) -> None:
        if not self.overwrite and store.modules(key) and store.original_bytes(key) == original:
            self.report.same += 1  # to the letter what we have: nothing to compare
            return
        fresh = mapping.texts_of(leistung)
        merged = self._merged(key, fresh)
        change = actions.take_over(
            key, merged, {**mapping.source_of(leistung), "digest": store.digest(fresh)}, original, self.actor
        )
        title = fresh.get("de", {}).get("title", "") or next((table.get("title", "") for table in fresh.values()), "")
        if change:
            self.report.taken.append((key, title))
        else:
            self.report.same += 1

    def _merged(self, key: str, fresh: store.Texts) -> dict[str, dict[str, str]]:
        """The new texts, and the editor's own where they are not those of the last import."""
        old = outgoing.imported(key)
        base = mapping.texts_of(old) if old else {}
        present = store.modules(key).texts
        merged: dict[str, dict[str, str]] = {}
        for language in {*base, *fresh}:
            for name in {*base.get(language, {}), *fresh.get(language, {})}:
                new, now = fresh.get(language, {}).get(name, ""), present.get(language, {}).get(name, "")
                if now and now not in (base.get(language, {}).get(name, ""), new) and not self.overwrite:
                    self.report.kept.append((key, language, name))
                else:
                    merged.setdefault(language, {})[name] = new
        return merged

    def _regional(self, part: Spezialisierung) -> None:
        name = part.id.value if part.id else "?"
        where = part.leistung_id
        key = self.keys.get((where.agency, where.value)) if where else None
        original = outgoing.imported(key) if key else None
        if key is None or original is None:
            self.report.skipped.append(f"Spezialisierung {name}: die Leistung dazu ist nicht in dieser Lieferung.")
        elif not _is_local((*part.gebiet_id, *part.gueltigkeit_gebiet_id)):
            self.report.skipped.append(f"Spezialisierung {name} ({key}): gilt in einem anderen Gebiet.")
        else:
            said = mapping.texts_of(Leistung(modul_text=part.modul_text))
            base = mapping.texts_of(original)
            both = {language: {**base.get(language, {}), **said.get(language, {})} for language in {*base, *said}}
            together = mapping.with_texts(original, both)
            self._take(key, together, write([Schreibe(together)]))

    def _deleted(self, operation: Loesche) -> None:
        if operation.klasse and operation.klasse != "Leistung":
            self.report.others[f"loesche {operation.klasse}"] += 1
            return
        key = self.keys.get((operation.id.agency, operation.id.value)) or _imported_as(operation.id)
        if key is None:
            self.report.skipped.append(f"Löschung {operation.id.value}: diese Leistung haben wir nicht.")
            return
        self.report.deleted.append(key)
        if self.delete:
            actions.remove(key, self.actor)


def _is_local(areas: tuple[Identifier, ...]) -> bool | None:
    """True: made for our municipality; False: for a larger area we lie in, or everywhere; None: for elsewhere."""
    if not areas:
        return False
    ars = objects.area(city()).value
    values = {one.value.strip() for one in areas}
    if values & {ars, city().ags}:
        return True
    return False if any(ars.startswith(one.rstrip("0") or one) for one in values if one) or "DE" in values else None


def _imported_as(identifier: Identifier) -> str | None:
    wanted = (identifier.agency, identifier.value)
    found = (texts for texts in store.everything() if (texts.source.get("agency", ""), texts.source.get("id", "")) == wanted)
    return next((texts.key for texts in found), None)


def files_in(place: Path) -> Iterator[Path]:
    """The files of a delivery: one file, or a folder in the order of its index.txt, else by name."""
    if not place.is_dir():
        yield place
        return
    index = place / "index.txt"
    if index.is_file():
        named = [line.strip() for line in index.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        found = [place / Path(name).name for name in named]
    else:
        found = sorted(file for file in place.iterdir() if file.name.endswith((".xml", ".xml.gz")))
    yield from found[:MOST_FILES]
