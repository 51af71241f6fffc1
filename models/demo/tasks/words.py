"""Words and names. Most come from the tokenizer's vocabulary, so that every token gets trained:
a token whose embedding was never trained cannot be copied into an answer."""

import json
import os
from pathlib import Path

THINGS = """screw apple book ticket pencil egg chair brick marble cookie stamp coin card candle bottle
flower tree orange potato shirt tile nail button cup plate lamp cable battery sensor magazine
postcard sticker balloon bead pill tablet letter page photo song guest student seat window door key
sheep goat hen fish bee rose tulip seed cake muffin bun roll sandwich pizza pear plum lemon melon
carrot onion tomato peanut bean log board pipe bolt washer magnet toy doll puzzle brush towel sock
glove hat scarf jacket bag pen marker ruler eraser notebook folder envelope stone shell feather fan
bulb chip disk phone monitor printer camera wheel tyre helmet bicycle boat kite drum guitar robot
bracelet ring mug spoon fork bowl jar pot blanket pillow carpet vase clock mirror ladder hammer
""".split()
BOXES = """box crate bag pack carton basket shelf tray bin jar case drawer packet sack chest bucket row
container pallet van truck table folder stack bundle cabinet room hall class boat cage pouch tin
""".split()
PLACES = """shop store bakery museum school library market office theatre farm factory hotel
restaurant garage station club gym hospital bank studio workshop warehouse kiosk cinema""".split()
FIRST_NAMES = """Anna Ben Clara David Emma Felix Grace Henry Irene Jack Karin Leo Maria Nora Oscar Paula
Quentin Rosa Sam Tina Umar Vera Will Xenia Yusuf Zoe Aisha Bjorn Chen Dmitri Elif Farid Giulia Hiro
Ines Jamal Kofi Lucia Mehmet Nadia Olga Pedro Ravi Sofia Tariq Ursula Viktor Wanda Yara Zoltan Tom Sue
Mike Laura Peter Julia Kate John Mary Paul Lisa Alex Kim""".split()
SYLLABLES = """al am an ar bel ber bor bra bur cal car cor dal dan del der dor dun ed el fal fen fer gal gar
gol gra hal ham har hel hol ist jar kel kil kor lam lan lar len lin lor lun mal mar mel mer mil mon mor
nal nar nel nor ol or pal pen per pol quin ral ran rel ren ril ros sal san sel sil sor sten tal tar tel
thor til tor tur ul un val van vel ver vil vin vor wal wel wen wil win wor yar zan zel""".split()
ENDINGS = """ton ford burg ham wick ia ova stad ville field moor dale berg mont ley by port stead
haven shire wood en o a is us in ski sen son ez ov er""".split()
KINDS = """Museum Bridge Tower Library Hotel Company Theatre River Lake Castle School University Park Garden
Station Hospital Institute Foundation Festival Group Gallery Church Mill Harbour Market Club Bank Airport
Stadium Valley Island Palace Hall House Prize Society Council Street Square Canal Dam Mine Farm Bakery
Brewery Archive Observatory Lighthouse Zoo Academy Cathedral Railway Ltd Inc GmbH Corporation Agency Union
Centre Café Studio Press Records Forest Mountain Glacier Peninsula Cup League Award Project Programme
Protocol Engine Printer Drone Camera Kettle Lamp Bicycle Boat Chair Pump Sensor Battery""".split()


def _load():
    path = os.environ.get("BULLPEN_VOCABULARY", Path(__file__).parent.parent / "build/vocabulary.json")
    pieces = json.loads(Path(path).read_text(encoding="utf-8"))[259:]
    starts = [piece[1:] for piece in pieces if piece.startswith("▁") and piece[1:].isalpha()]
    latin = [word for word in starts if word.isascii() and len(word) > 2]
    plain = [word for word in latin if word.islower()]
    proper = [word for word in latin if word[0].isupper() and word[1:].islower()]
    inner = [p for p in pieces if p.isascii() and p.isalpha() and p.islower() and len(p) > 1]
    foreign = [p.strip("▁") for p in pieces if p.strip("▁").isalpha() and not p.isascii() and p != "▁"]
    foreign = [word for word in foreign if word and not word.isascii()]
    return plain, proper, inner, foreign, starts


PLAIN, PROPER, INNER, FOREIGN, STARTS = _load()
VERBS = [word for word in PLAIN if word.endswith("ed") and len(word) > 4]
VOWELS = "aeiou"


def plural(noun):
    if noun.endswith("s") and len(noun) > 4 and not noun.endswith("ss"):
        return noun
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return noun + "es"
    if noun.endswith("f") and noun in ("shelf",):
        return noun[:-1] + "ves"
    if noun.endswith("y") and noun[-2:-1] not in VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"


def singular_noun(r, pool=THINGS):
    """A noun of the pool, or any word: a made-up noun teaches to copy what stands there."""
    return r.choice(pool) if r.random() < 0.5 else r.choice(PLAIN)


def noun_pair(r, pool=THINGS):
    noun = singular_noun(r, pool)
    many = plural(noun)
    if r.random() < 0.15:
        adjective = r.choice(PLAIN)
        return f"{adjective} {noun}", f"{adjective} {many}"
    return noun, many


def article(noun):
    return ("an " if noun[0].lower() in VOWELS else "a ") + noun


def made_up_word(r):
    """A capitalised word: a real one, syllables, pieces of the vocabulary, or another script."""
    way = r.random()
    if way < 0.25:
        return r.choice(PROPER)
    if way < 0.55:
        return "".join(r.choices(SYLLABLES, k=r.randint(1, 3))).capitalize() + r.choice(ENDINGS)
    if way < 0.85:
        return "".join(r.choices(INNER, k=r.randint(1, 3))).capitalize()
    if way < 0.93:
        return r.choice(STARTS).capitalize()
    if way < 0.97:
        return "".join(r.choices(FOREIGN, k=r.randint(1, 2)))
    return r.choice(PLAIN).capitalize() + r.choice(PLAIN)


def person(r, full=True):
    first = r.choice(FIRST_NAMES) if r.random() < 0.5 else made_up_word(r)
    if not full or r.random() < 0.05:
        return first
    middle = r.choice("ABCDEFGHJKLMNPRSTVW") + ". " if r.random() < 0.05 else ""
    return f"{first} {middle}{made_up_word(r)}"


def place(r):
    name = made_up_word(r)
    if r.random() < 0.2:
        name = (
            r.choice(["New", "Old", "San", "St", "North", "South", "West", "Upper", "Lower", "Port"])
            + " "
            + name
        )
    return name


def model_number(r):
    letters = "".join(r.choices("ABCDEFGHKLMNPQRSTVWXZ", k=r.randint(1, 3)))
    return letters + r.choice(["-", " ", ""]) + str(r.randint(1, 10 ** r.randint(1, 4)))


def thing_name(r):
    """The name of something that has facts: "the Aldford Bridge", "Kelton Ltd", "RX-40 Pump"."""
    way = r.random()
    if way < 0.07:
        adjective = r.choice(PLAIN) + " " if r.random() < 0.4 else ""
        return (
            f"{r.choice(['the', 'the', 'the', 'our', 'my', 'a', 'an', 'one'])} {adjective}{singular_noun(r)}"
        )
    if way < 0.21:
        return place(r)
    if way < 0.31:
        return person(r)
    if way < 0.36:
        return model_number(r)
    if way < 0.42:
        return f"{made_up_word(r)} {made_up_word(r)}"
    kind = r.choice(KINDS) if r.random() < 0.75 else r.choice(PLAIN).capitalize()
    name = f"{made_up_word(r)} {kind}"
    if r.random() < 0.12:
        name = f"{made_up_word(r)} {name}"
    if r.random() < 0.08:
        name = f"{name} of {made_up_word(r)}"
    if r.random() < 0.08:
        name = f"{name} {r.randint(2, 900)}"
    return name if r.random() < 0.45 else f"the {name}"
