"""Every example of every service, through the real form."""

import random
from dataclasses import replace

import pytest

from stadtkern.kernel.services import catalogue
from stadtkern.kernel.services.examples import examples_of, facts_of, mistakes, typed

SERVICES = sorted(catalogue.all_services())
EXAMPLES = [(key, number) for key in SERVICES for number in range(len(examples_of(catalogue.find(key))))]


def test_the_catalogue_has_no_broken_folder():
    assert catalogue.broken() == {}
    assert len(SERVICES) >= 11


@pytest.mark.parametrize("key", SERVICES)
def test_every_service_has_examples_and_a_reason_to_keep(key):
    service = catalogue.find(key)
    examples = examples_of(service)
    assert any(not example.problems for example in examples), "no example that is accepted"
    assert service.keep.because and service.keep.years >= 0


@pytest.mark.parametrize(("key", "number"), EXAMPLES)
def test_example(key, number):
    service = catalogue.find(key)
    assert mistakes(service, examples_of(service)[number]) == []


def test_an_example_that_is_wrong_is_noticed():
    service = catalogue.find("hundesteuer_anmelden")
    example = examples_of(service)[0]
    assert mistakes(service, replace(example, fee=1))
    assert mistakes(service, replace(example, problems=("dog[0]/name",)))
    assert mistakes(service, replace(example, four_eyes=True))


@pytest.mark.parametrize("key", SERVICES)
def test_rules_stand_any_half_filled_application(key):
    """Rules see drafts: missing answers, wrong types, texts that could not be read."""
    service = catalogue.find(key)
    dice = random.Random(7)
    for example in examples_of(service):
        answers = typed(service.form, example.answers)
        for _ in range(40):
            draft = {path: value for path, value in answers.items() if dice.random() < 0.6}
            for path in list(draft):
                if dice.random() < 0.2:
                    draft[path] = dice.choice([None, "", "abc", "31.02.2026", True, 7, "\x00"])
            service.problems(draft)
            assert service.fee_cents(draft) >= 0
            service.decide(draft, facts_of(service, example, draft))


@pytest.mark.parametrize("key", SERVICES)
def test_every_service_is_written_in_english_too(key):
    german, english = catalogue.find(key), catalogue.find(key).in_language("en")
    assert english.title != german.title
    assert english.teaser != german.teaser
    assert bool(english.description) == bool(german.description)
    assert len(english.documents_needed) == len(german.documents_needed)
    assert not (german.cost and english.cost == german.cost)


def texts_of(part, prefix=""):
    from stadtkern.lib.forms.model import Group

    for child in part.children:
        path = f"{prefix}{child.key}"
        yield f"{path} label", child.label
        yield f"{path} help", child.help
        if isinstance(child, Group):
            yield from texts_of(child, f"{path}/")
        else:
            yield f"{path} hint", child.pattern_hint
            for option in child.options:
                yield f"{path} option {option.code}", option.label


SAME = {"Name", "Person", "Organisation", "IBAN", "Bl (blind)"}


@pytest.mark.parametrize("key", SERVICES)
def test_no_german_label_is_left_in_the_english_form(key):
    german, english = catalogue.find(key).form, catalogue.find(key).in_language("en").form
    for one, other in zip(german.steps, english.steps, strict=True):
        assert one.title != other.title
        left = [
            place
            for (place, text), (_, said) in zip(texts_of(one), texts_of(other), strict=True)
            if text and text == said and text not in SAME
        ]
        assert left == []


def test_sentences_of_the_rules_are_translated():
    for key in SERVICES:
        service, english = catalogue.find(key), catalogue.find(key).in_language("en")
        for example in examples_of(service):
            answers = typed(service.form, example.answers)
            said = {line.label for line in service.fee_lines(answers)} & {line.label for line in english.fee_lines(answers)}
            assert not said, (key, said)
