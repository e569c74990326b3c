"""What people shorten: "mo/do ab 17h", "nä. Wo.", "zw. 12 u. 13"."""

SHORT = {"Mo": 0, "Di": 1, "Mi": 2, "Do": 3, "Fr": 4, "Sa": 5}
BEFORE_SHORT = frozenset(
    """
    ginge passts am jeden naechsten kommenden diesen o od oder u und ausser ab bis / nur immer je jeweils
    nicht nich net auch lieber sonst dann erst geht gehts passt klappt
    """.split()  # noqa: SIM905
)
AFTER_SHORT = frozenset(
    """
    bitte o od oder u und vorm nachm vormittag vormittags nachmittag nachmittags mittag mittags frueh abend abends ab um gegen
    zwischen vor nach frei zw morgens frueh fruehmorgens je jeweils naechste uebernaechste kommende diese
    """.split()  # noqa: SIM905
)
ABBREVIATED = {  # written with a dot; some also without
    **{"wo": "woche", "zw": "zwischen", "u": "und", "geg": "gegen", "spät": "spaetestens", "frühest": "fruehestens"},
    **{
        "nä": "naechste",
        "näch": "naechste",
        "nächs": "naechste",
        "nae": "naechste",
        "kom": "kommende",
        "übern": "uebernaechste",
    },
    **{"ca": "gegen", "od": "oder", "tägl": "taeglich", "nachmitt": "pnm", "vormitt": "pvm", "einschl": "bis"},
}
BARE_SHORT = frozenset(("zw", "u", "nä", "nae"))
