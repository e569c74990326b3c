"""The folder of a new service: complete, small, and passing; everything in it is meant to be overwritten."""

from pathlib import Path

from .fim_examples import quoted

SERVICE = '''\
# Say here what is invented and what a lawyer has to check. All keys: docs/service.md.
title = {title}
teaser = "Sagen Sie in einem Satz, was man hier bekommt."
description = """
Was man wissen muss, bevor man anfängt: in kurzen Sätzen, mit „Sie“."""
office = {office}
for = ["citizens"]
trust = "none"
synonyms = []
legal_basis = ""

[[steps]]
key = "sie"
title = "Über Sie"
fields = [
  {{ name = "person", label = "Person", kind = "person" }},
  {{ name = "contact", label = "So erreichen wir Sie", kind = "contact" }},
]

[[steps]]
key = "anliegen"
title = "Ihr Anliegen"
fields = [
  {{ name = "matter", label = "Worum geht es?", kind = "long_text", max_length = 2000 }},
]

[decision]
within = "14 days"

[keep]
years = 2
because = "Bitte nennen Sie hier den Grund aus Gesetz oder Aktenordnung"

[texts.en]
title = {english}
teaser = "Say in one sentence what people get here."
description = """
What people must know before they begin: in short sentences."""

[texts.en.steps]
sie = "About you"
anliegen = "Your request"

[texts.en.fields]
contact = "How we reach you"
matter = "What is it about?"
'''
EXAMPLES = """\
# Applications as people type them; they are tests, demo data and documentation at once.
[[examples]]
title = "Vollständig ausgefüllt"
fee = 0
[examples.answers]
"person/given_names" = "Zoë Łucja"
"person/family_name" = "Çelik-Müller"
"person/birth_date" = "29.02.1988"
"contact/email" = "zoe@example.org"
matter = "Ein Beispiel."

[[examples]]
title = "Ohne E-Mail-Adresse"
problems = ["contact/email"]
[examples.answers]
"person/given_names" = "Otto"
"person/family_name" = "Anders"
"person/birth_date" = "05.05.1970"
matter = "Noch ein Beispiel."
"""


def write_service(folder: Path, title: str, office: str, template: str) -> None:
    """Write a folder that is in the catalogue at once; FileExistsError when it is there already."""
    folder.mkdir(parents=True)
    texts = {
        "service.toml": SERVICE.format(title=quoted(title), office=quoted(office), english=quoted(f"{title} (English)")),
        "examples.toml": EXAMPLES,
        "bescheid.typ": template,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
