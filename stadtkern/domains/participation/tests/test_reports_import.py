"""Reports of others: taken in once, in the right place; cells and heaps; suggestions learn from the city's own reports."""

import gzip

import h3.api.basic_int as h3
import pytest
from django.core.management import CommandError, call_command

from stadtkern.domains.participation.models import Contribution, Report
from stadtkern.domains.participation.reports import cells, suggest
from stadtkern.domains.participation.reports.categories import in_charge, plan
from stadtkern.kernel.city.models import Office

ROWS = """date,year,service_code,e,n
2016-01-01,2016,Abfall/Sammelstelle,2679329,1248930
2016-01-05,2016,Abfall/Sammelstelle,2679340,1248935
2025-12-30,2025,VBZ/ÖV,2682074,1248879
"""


def test_taken_in_once_and_in_the_right_place(db, tmp_path, capsys):
    office = Office.objects.create(key=in_charge("anderes", "").office, title="Amt")
    file = tmp_path / "zuerich.csv.gz"
    file.write_bytes(gzip.compress(ROWS.encode()))
    for _twice in range(2):
        call_command("import_reports", str(file))
    said = capsys.readouterr().out
    assert "3 of 3" in said and "0 of 3" in said
    first = Contribution.objects.get(origin__number="2")
    assert (first.lat, first.long) == pytest.approx((47.3864, 8.4892), abs=1e-4)
    assert (first.report.category, first.report.state, first.title) == ("muell", "DONE", "Abfall/Sammelstelle")
    last = Contribution.objects.get(title="VBZ/ÖV").report
    assert last.category in plan().kinds and (last.office, last.team) == (office, in_charge(last.category, "").team)
    assert last.is_open and last.source == "import" and Contribution.objects.get(pk=last.pk).case is None
    (tmp_path / "kaputt.csv").write_text("date,service_code,lat,long\n2020-01-01,a,91,8\n")
    with pytest.raises(CommandError, match="line 2"):
        call_command("import_reports", str(tmp_path / "kaputt.csv"))


def test_coarser_cells_in_sql_are_those_of_h3(db, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(ROWS, encoding="utf-8")
    call_command("import_reports", str(file))
    for resolution in (6, 9, 11):
        expected = {h3.cell_to_parent(one.cell, resolution) for one in Report.objects.all()}
        assert {cell for cell, _many in cells.counted(Report.objects.all(), resolution)} == expected
    assert cells.heat(Report.objects.all())["features"] == []  # fewer than five


def test_suggestions_learn(monkeypatch):
    before = suggest.learn(plan(), [])
    monkeypatch.setattr(suggest, "_model", lambda known: before)
    assert suggest.suggest("Loch in der Straße")[0] == "schlagloch" and suggest.suggest("Sperrmüll am Wald")[0] == "muell"
    assert suggest.suggest("") == suggest.suggest("!!") == []
    texts = [("Der Poller am Markt ist wieder umgefahren", "anderes")] * 30
    after = suggest.learn(plan(), texts)
    monkeypatch.setattr(suggest, "_model", lambda known: after)
    assert "anderes" in suggest.suggest("Poller am Markt umgefahren")
