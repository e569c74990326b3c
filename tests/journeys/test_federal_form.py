"""A federal schema as it was published: imported, filled in page by page, sent, decided, answered with a sealed letter."""

import os
import re
import shutil
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from stadtkern.kernel.accounts.access import Actor
from stadtkern.kernel.accounts.models import Trust
from stadtkern.kernel.cases import actions
from stadtkern.kernel.cases.models import Case, Status
from stadtkern.kernel.cases.progress import shown_steps
from stadtkern.kernel.documents.models import Document
from stadtkern.kernel.services import catalogue
from stadtkern.lib.forms.guess import value_of
from stadtkern.lib.forms.model import Field, Kind
from stadtkern.lib.forms.sample import posted, valid_answers
from stadtkern.lib.forms.shape import clean, find
from stadtkern.lib.forms.tests.schemas import FILES, FIM
from stadtkern.lib.forms.walk import Walk

# STADTKERN_CORPUS=whole sends every schema instead of twelve; that takes minutes.
DRAWN = FILES if os.environ.get("STADTKERN_CORPUS") == "whole" else FILES[:: max(1, len(FILES) // 12)][:12]


@pytest.fixture
def city_folder(settings, tmp_path: Path) -> Path:
    """A city that has nothing of its own yet."""
    folder = tmp_path / "cities" / "probe"
    (folder / "services").mkdir(parents=True)
    shutil.copy(settings.CITY_FOLDER / "city.toml", folder)
    settings.CITY_FOLDER = folder
    return folder / "services"


def picture(name: str) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def filled(service, step, answers, so_far):
    """What a browser posts for this page: texts, and a picture for every file field.

    The page shows what the rules say of what was answered so far: what a later answer will hide is asked now.
    """
    here = {path: value for path, value in answers.items() if find(step, path)}
    known = {**so_far, **here}
    for visit in Walk(step, known, service.effects(known)).visits():
        field = visit.element
        if isinstance(field, Field) and field.minimum > (visit.index or 0) and known.get(visit.path) is None:
            known[visit.path] = value_of(field, Random(1))
    effects = service.effects(known)
    data: dict[str, object] = dict(posted(step, known, effects))
    for visit in Walk(step, known, effects).visits():
        if isinstance(visit.element, Field) and visit.element.kind is Kind.FILE and known.get(visit.path):
            data[visit.path] = picture("nachweis.jpg")
    return data


@pytest.mark.skipif(not FILES, reason="the federal schemas are not here")
@pytest.mark.parametrize("path", DRAWN, ids=[path.name.split(".")[0] for path in DRAWN])
def test_from_the_file_to_the_sealed_letter(city_folder, path, citizen, clerk, login, run_jobs):
    call_command("import_fim", str(path), office="buergeramt", codelists=FIM / "codelists", stdout=StringIO())
    service = catalogue.find(next(folder.name for folder in city_folder.iterdir() if folder.is_dir()))
    browser = login(citizen)
    answers = valid_answers(service.form, seed=3)
    start = reverse("cases:start", args=[service.key])
    token = re.search(r'name="_token" value="([^"]+)"', browser.get(start).content.decode())
    first = shown_steps(service.form, {})[0]
    response = browser.post(start, filled(service, first, answers, {}) | {"_token": token[1] if token else ""})
    for _ in range(len(service.form.steps) * 2):
        assert response.status_code == 302, re.findall(r"kern-error.*?</p>", response.content.decode(), re.S)[:5]
        if not (found := re.search(r"/angaben/([\w-]+)/", response.url)):
            break
        so_far = Case.objects.get().answers
        response = browser.post(response.url, filled(service, service.form.step(found[1]), answers, so_far))
    case = Case.objects.get()
    assert response.url == reverse("cases:review", args=[case.reference])
    assert browser.get(response.url).status_code == 200
    browser.post(reverse("cases:submit", args=[case.reference]))
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert {key for key in case.answers if "/" in key}, "answers are stored by path"
    assert service.problems(case.answers) == [] and clean(service.form, case.answers) == case.answers

    colleague = Actor(account=clerk.account, staff=clerk, trust=Trust.BASIC)
    desk = login(clerk.account)
    assert desk.get(reverse("cases:desk_case", args=[case.reference])).status_code == 200
    actions.take(colleague, case)
    actions.decide(colleague, case, "GRANTED", "Die Voraussetzungen liegen vor.")
    run_jobs()
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert Document.objects.get(about=str(case)).size > 10_000
