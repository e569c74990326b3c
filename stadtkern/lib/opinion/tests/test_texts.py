"""Topics of texts and texts that are alike."""

from stadtkern.lib.opinion.similar import Index
from stadtkern.lib.opinion.topics import Topic, carried_over, stems_in, topics

BIKES = "Mehr Radwege {}|Fahrräder brauchen sichere Wege am {}|Der Radweg am {} endet im Nichts|Radfahrer am {} schützen"
TREES = "Bäume am {} pflanzen|Mehr Schatten durch Bäume am {}|Am {} fehlt ein Baum|Junge Bäume am {} gießen"
POOL = "Das Schwimmbad am {} länger öffnen|Öffnungszeiten im Schwimmbad {}|Schwimmbad {} sanieren|Frühschwimmen am {} im Bad"
PLACES = ("Markt", "Ring", "Hafen", "Tor")


def texts() -> dict[int, str]:
    every = [line.format(place) for part in (BIKES, TREES, POOL) for line in part.split("|") for place in PLACES]
    return dict(enumerate(every))


def test_topics_part_what_belongs_together_and_are_the_same_again():
    found = topics(texts())
    assert found == topics(dict(reversed(texts().items())))
    words = [" ".join(topic.words).lower() for topic in found]
    assert any("schwimmbad" in line for line in words) and any("bäume" in line or "baum" in line for line in words)
    pool = next(topic for topic in found if "schwimmbad" in " ".join(topic.words).lower())
    assert {number for number, _share in pool.texts if number >= 32} and all(number >= 32 for number, _ in pool.texts[:5])
    assert topics({1: "Nur wenige Texte"}) == [] and topics(dict.fromkeys(range(40), "und der die das")) == []
    assert topics({number: f"Wort{'abcdefghijklmnopqrstuvwxyz'[number]}" for number in range(20)}) == []


def test_a_topic_keeps_its_key_when_texts_are_added():
    before = [Topic(1, ("Rad",), ((1, 1.0), (2, 1.0))), Topic(2, ("Baum",), ((3, 1.0), (4, 1.0)))]
    now = [Topic(1, ("Bäume",), ((3, 1.0), (4, 1.0), (5, 1.0))), Topic(2, ("Bad",), ((6, 1.0),))]
    assert [(topic.key, topic.words) for topic in carried_over(before, now)] == [(2, ("Baum",)), (3, ("Bad",))]


def test_words_that_say_nothing_are_no_words():
    assert stems_in("Wir müssen doch endlich mehr Radwege haben!") == ["radweg"]


def test_alike_texts_are_found_with_typing_errors_other_order_and_other_words():
    index = Index()
    index.add(1, "Mehr Bänke im Stadtpark", "Ältere Leute brauchen Sitzplätze auf dem Weg zum Bahnhof.")
    index.add(2, "Trinkbrunnen am Markt", "Im Sommer fehlt Wasser.")
    index.add(3, "Radweg an der Lindenstraße", "Zwischen Schule und Brücke fehlt er.")
    for number in range(10, 60):
        index.add(number, f"Idee Nummer {number}", f"Etwas ganz anderes mit Angelegenheit{chr(97 + number % 26)}")
    assert index.alike("Mehr Baenke im Stadtprak")[0].number == 1
    assert index.alike("Im Stadtpark mehr Bänke aufstellen")[0].shared[:1] != ()
    assert index.alike("Brunnen", "Am Markt fehlt im Sommer Wasser zum Trinken")[0].number == 2
    assert index.alike("Schwimmbad sanieren", "Die Fliesen sind alt.") == []
    assert index.alike("") == [] and index.alike("x" * 5000) == []
    assert index.alike("Mehr Bänke im Stadtpark", among=frozenset({2})) == []
    index.add(1, "Etwas völlig Neues", "")
    assert index.alike("Mehr Bänke im Stadtpark") == []
