"""The words of a service in another language, and the form said in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stadtkern.lib.forms.model import Element, Field, Form, Group

from .table import Table


@dataclass(frozen=True)
class Texts:
    """`[texts.en]`: whatever is missing stays German. Paths have no indexes: `dogs/name`."""

    title: str = ""
    teaser: str = ""
    description: str = ""
    cost: str = ""
    document: str = ""
    needs: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)  # step key -> title
    fields: Mapping[str, str] = field(default_factory=dict)  # path -> label
    help: Mapping[str, str] = field(default_factory=dict)  # path or step key -> help
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # path -> code -> label
    phrases: Mapping[str, str] = field(default_factory=dict)  # sentence of rules.py -> translation


def read_texts(table: Table) -> Texts:
    """One `[texts.xx]` table."""
    options = table.table("options")
    texts = Texts(
        title=table.text("title"),
        teaser=table.text("teaser"),
        description=table.text("description"),
        cost=table.text("cost"),
        document=table.text("document"),
        needs=table.words("needs"),
        synonyms=table.words("synonyms"),
        messages=table.mapping("message"),
        steps=table.mapping("steps"),
        fields=table.mapping("fields"),
        help=table.mapping("help"),
        options={path: options.mapping(path) for path in options.raw},
        phrases=table.mapping("phrases"),
    )
    table.done()
    return texts


def translated(form: Form, texts: Texts) -> Form:
    """The form with labels, help and options in another language; keys, rules and codes stay."""
    steps = tuple(
        replace(
            step,
            title=texts.steps.get(step.key, step.title),
            help=texts.help.get(step.key, step.help),
            children=tuple(_said(child, "", texts) for child in step.children),
        )
        for step in form.steps
    )
    return replace(form, title=texts.title or form.title, steps=steps)


def _said(element: Element, prefix: str, texts: Texts) -> Element:
    path = f"{prefix}{element.key}"
    label, help_ = texts.fields.get(path, element.label), texts.help.get(path, element.help)
    if isinstance(element, Group):
        children = tuple(_said(child, f"{path}/", texts) for child in element.children)
        return replace(element, label=label, help=help_, children=children)
    return _said_field(element, path, label, help_, texts)


def _said_field(element: Field, path: str, label: str, help_: str, texts: Texts) -> Field:
    words = texts.options.get(path, {})
    options = tuple(
        replace(option, label=words.get(option.code, option.label), help=texts.help.get(f"{path}#{option.code}", option.help))
        for option in element.options
    )
    hint = texts.help.get(f"{path}#pattern", element.pattern_hint)
    return replace(element, label=label, help=help_, options=options, pattern_hint=hint)
