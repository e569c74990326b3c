"""The words the language knows, by what they do; a word outside is never passed over."""


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


ARTICLES = words("der die das den dem des ein eine einen einem einer eines")
NOUNS = words(
    "feld felder feldern felds feldes datenfeld datenfelder datenfeldern datenfelds datenfeldes feldgruppe feldgruppen gruppe "
    "gruppen datenfeldgruppe datenfeldgruppen datengruppe datengruppen element elemente elementen unterfeld unterfelder "
    "untergruppe untergruppen upload uploadfeld hinweisfeld auswahlfeld textfeld datumsfeld"
)
ADJECTIVES = words(
    "folgende folgenden folgendes beide beiden anderen andere weiteren enthaltene enthaltenen darin entsprechende "
    "entsprechenden jeweilige jeweiligen dazugehörige dazugehörigen zugehörige zugehörigen genannte genannten obige "
    "obigen nachfolgende nachfolgenden diese dieses dieser diesem alle allen sämtliche"
)
LEAD = ARTICLES | NOUNS | ADJECTIVES
INSIDE = words("in im bei beim innerhalb")

IF = words("wenn falls sofern soweit")
THEN = ("dann gilt", "dann", "so gilt", "so")
ELSE = (
    "sonst", "ansonsten", "andernfalls", "anderenfalls", "anderfalls", "im anderen fall", "in allen anderen fällen",
    "in anderen fällen",
)  # fmt: skip
CONNECTORS = {"und": "and", "oder": "or", "sowie": "and", "und/oder": "or", "bzw.": "or", "noch": "or", ",": "", "/": ""}

FILL = words(
    "befüllt ausgefüllt angegeben gefüllt eingetragen beantwortet hochgeladen beigefügt befüllen ausfüllen auszufüllen "
    "anzugeben angeben einzutragen hochzuladen beizufügen eingegeben einzugeben gemacht auszuwählen"
)
SHOWN = words(
    "angezeigt eingeblendet anzuzeigen einzublenden sichtbar dargestellt darzustellen aktiviert aktivieren anzeigen einblenden "
    "aktiv freigeschaltet freizuschalten"
)
HIDDEN = words(
    "ausgeblendet auszublenden ausblenden deaktiviert deaktivieren verborgen verbergen unsichtbar versteckt inaktiv "
    "gesperrt ausgegraut"
)
DUTY = words(
    "pflicht pflichtfeld pflichtfelder pflichtfeldern pflichtfeldgruppe pflichtfeldgruppen pflichtgruppe pflichtgruppen "
    "pflichtangabe pflichtangaben pflichteingabe verpflichtend verpflichtende verpflichtendes obligatorisch erforderlich "
    "zwingend notwendig pflichtig"
)
FREE = words("optional optionale optionales optionalen freiwillig freiwillige freiwilliges optionalfeld")
START = words("vorbefüllt vorzubefüllen vorbelegt vorzubelegen vorausgefüllt vorauszufüllen")
CHOSEN = words("ausgewählt gewählt auswählbar wählbar zulässig erlaubt auswahl zulässige")

MODALS = words("muss müssen darf dürfen ist sind wird werden soll sollen kann können")
MUST = words("muss müssen soll sollen")
MAY = words("darf dürfen kann können")
VERBS = {
    "zeige": "show", "zeigt": "show", "aktiviere": "show", "aktiviert": "show", "erscheint": "show", "erscheinen": "show",
    "deaktiviere": "hide", "verberge": "hide", "verstecke": "hide", "blende": "blend", "mache": "make", "setze": "set",
}  # fmt: skip
AUXILIARIES = words("werden sein worden wird ist sind")
PRONOUNS = words("es sie er dieses diese")
FILLERS = LEAD | words(
    "dann auch so zudem zusätzlich ebenfalls jeweils hier dort dabei hierbei immer zu zur zum als stets somit"
)

TRAIL = words(
    "ist sind wird wurde werden wurden ausgewählt gewählt belegt hat haben sein gesetzt worden beantwortet angekreuzt befüllt "
    "getroffen vorgenommen liegt vorliegt lautet besitzt enthält ausgefüllt angegeben aufweist"
)
YES = words("wahr ja true zutreffend trifft-zu")
NO = words("falsch nein false unwahr")
