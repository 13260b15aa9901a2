"""What an incoming text means, before a person has read it."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What an incoming text asks of the program."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Answer:
    """A meaning, the rule that said so, and whether a person should read the text."""

    meaning: Meaning
    rule: str
    needs_person: bool


# 47 CFR 64.1200(a)(10) and CTIA's list, then what people write in French, Spanish, German, Polish.
# 'no' and Polish 'nie' are answers to a question, never an opt-out.
_OPT_OUT = """
stop, stopall, stop all, unsubscribe, cancel, end, quit, revoke, optout, opt out,
arret, alto, baja, no mas, stopp, abmelden, koniec
"""
OPT_OUT_WORDS = frozenset(word.strip() for word in _OPT_OUT.split(","))
OPT_IN_WORDS = frozenset({"start", "unstop"})


def understand(text: str) -> Answer:
    """What a whole incoming text means. Only an exact word counts; anything else is a reply."""
    said = normalised(text)
    if said in OPT_OUT_WORDS:
        # 'Cancel' may mean an appointment: it counts as an opt-out, and a person looks at it.
        rule = f"the whole text is the opt-out word '{said}'"
        return Answer(Meaning.OPT_OUT, rule, needs_person=said == "cancel")
    if said in OPT_IN_WORDS:
        rule = f"the whole text is the opt-in word '{said}'"
        return Answer(Meaning.OPT_IN, rule, needs_person=False)
    return Answer(Meaning.REPLY, "no rule: a person should read it", needs_person=True)


def normalised(text: str) -> str:
    """Letters and digits only, casefolded, without accents; all else is one space between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    spaced = "".join(_kept(char) for char in plain)
    return " ".join(spaced.split())


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category.startswith(("L", "N")):
        return char
    # Accents and zero-width characters vanish; 'Sto<ZWSP>p' is 'stop'.
    return "" if category.startswith("M") or category == "Cf" else " "
