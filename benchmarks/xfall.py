"""Our XML of applications against the XSD an independent converter makes of the same schema.

    pip install saxonche
    python benchmarks/xfall.py XDF3_2_XFall_1_01_xdf3.xsl FOLDER [--codelists FOLDER] [--land NW]

The stylesheet is that of vs5000/FIM-XSLT (Apache-2.0). Its patterns keep a `$` at the end, which XML Schema reads as a dollar sign: it is
taken off before the check. What the XSD misses is sorted by reason: a rule hides it, or a locked field has no value to send.
"""

import argparse
import gzip
import re
import sys
from collections import Counter
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from stadtkern.lib.forms import fim, genericode
from stadtkern.lib.forms.export.tree import Keys, asks, hideable
from stadtkern.lib.forms.export.xml import Origin, to_xml
from stadtkern.lib.forms.model import Form, fields
from stadtkern.lib.forms.sample import valid_answers

SEEDS = 2
VERSIONS = {Keys.ID: "0", Keys.VERSIONED: "1"}  # parameter MitVersionen


def xsd(processor: object, stylesheet: Path, data: bytes, keys: Keys) -> etree.XMLSchema:
    """The schema the converter makes."""
    xslt = processor.new_xslt30_processor()
    made = xslt.compile_stylesheet(stylesheet_file=str(stylesheet))
    settings = {"MitVersionen": VERSIONS[keys], "DebugMode": "0", "CodelistenInhalt": "0", "AktuelleCodelisteLaden": "0"}
    for name, value in settings.items():
        made.set_parameter(name, processor.make_string_value(value))
    text = made.transform_to_string(xdm_node=processor.parse_xml(xml_text=data.decode()))
    return etree.XMLSchema(etree.fromstring(re.sub(r'(<xs:pattern value="[^"]*)\$"', r'\1"', text).encode()))


def why(form: Form, message: str) -> str:
    """The reason for one complaint."""
    found = re.search(r"Expected is (?:one of )?\( (.*?) \)", message)
    wanted = {re.sub(r"V[\d.]+$", "", name.partition("}")[2]) for name in found[1].split(", ")} if found else set()
    if wanted & {path.rpartition("/")[2] for path in hideable(form)}:
        return "hidden by a rule"
    locked = {path.rpartition("/")[2] for path, field in fields(form) if not asks(field)}
    return "locked without a value" if wanted & locked else "unexplained"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stylesheet", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--codelists", type=Path)
    parser.add_argument("--land", default="NW")
    given = parser.parse_args()
    from saxonche import PySaxonProcessor

    lists, count = genericode.folder(given.codelists) if given.codelists else None, Counter()
    with PySaxonProcessor(license=False) as processor:
        for file in sorted(given.folder.glob("*.xml.gz")):
            schema = fim.load(file, lists, land=given.land)
            for keys in Keys:
                judge = xsd(processor, given.stylesheet, gzip.decompress(file.read_bytes()), keys)
                for seed in range(SEEDS):
                    text = to_xml(
                        schema.form, valid_answers(schema.form, seed), Origin(schema.info.id, schema.info.version), keys
                    )
                    fits = judge.validate(etree.fromstring(text))
                    reasons = {why(schema.form, error.message) for error in judge.error_log}
                    count["valid" if fits else " and ".join(sorted(reasons))] += 1
                    if "unexplained" in reasons:
                        print(file.name, keys, [error.message for error in judge.error_log][:3])
    for reason, number in count.most_common():
        print(f"{number:5} {reason}")


if __name__ == "__main__":
    main()
