"""The values that templates are filled with. A slot has a text, as people write it, and code.

a b c: any number     g: negative      n m k: counts, {big}: more than they are      s: 2 to 12
f: for factorials     f2: 13 to 60     h: hours     p: per cent      r: decimal places
dec: many decimals    dec1: one decimal     x y z: prices     list: numbers     angle: degrees
year1 < year2         date1 < date2 ({D1}, {D2} as Python arguments)
thing(s) item(s) box(es): nouns     who whom: people     place     unit: of length     word: any word
"""

import datetime

from .words import BOXES, PLACES, PLAIN, noun_pair, person, place, singular_noun

SMALL_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty""".split()
TENS = dict(zip("thirty forty fifty sixty seventy eighty ninety hundred".split(), range(30, 110, 10)))
MONTHS = """January February March April May June July August September October November
December""".split()
UNITS = "m|metres|meters|cm|centimetres|feet|ft|inches|in|km|yards|mm".split("|")
CURRENCIES = [
    ("$", ""),
    ("€", ""),
    ("£", ""),
    ("", " euros"),
    ("", " dollars"),
    ("", " pounds"),
    ("", " euro"),
    ("", "€"),
    ("", " francs"),
    ("", " USD"),
    ("", " EUR"),
    ("", ""),
]


class Slot:
    def __init__(self, text, code=None):
        self.text = text
        self.code = text if code is None else code


def integer_text(r, value):
    """An integer as people write it: mostly digits, sometimes with separators or in words."""
    if value <= 20 and r.random() < 0.12:
        return SMALL_WORDS[value]
    if value in TENS.values() and r.random() < 0.1:
        return next(("a hundred" if value == 100 else word) for word, tens in TENS.items() if tens == value)
    if 20 < value < 100 and value % 10 and value > 30 and r.random() < 0.05:
        tens = next(word for word, tens in TENS.items() if tens == value // 10 * 10)
        return f"{tens}-{SMALL_WORDS[value % 10]}"
    if value >= 1000 and r.random() < 0.25:
        return f"{value:,}"
    return str(value)


def log_integer(r, low_digits, high_digits):
    digits = r.randint(low_digits, high_digits)
    return r.randint(10 ** (digits - 1), 10**digits - 1)


def integer(r, low_digits=1, high_digits=4):
    value = max(2, log_integer(r, low_digits, high_digits))
    if value >= 100 and r.random() < 0.15:
        value = round(value, -r.randint(1, len(str(value)) - 1)) or value
    return value


def number(r):
    way = r.random()
    if way < 0.62:
        value = integer(r, 1, 4)
        return Slot(integer_text(r, value), str(value))
    if way < 0.75:
        value = integer(r, 4, 9)
        return Slot(integer_text(r, value), str(value))
    if way < 0.95:
        whole, places = r.randint(0, 10 ** r.randint(1, 4)), r.randint(1, 3)
        fraction = "".join(r.choices("0123456789", k=places - 1)) + r.choice("123456789")
        text = f"{whole:,}" if r.random() < 0.15 else str(whole)
        return Slot(f"{text}.{fraction}", f"{whole}.{fraction}")
    return Slot(str(r.randint(0, 9) + r.randint(1, 9) / 10))


def count(r):
    value = integer(r, 1, r.choice([2, 3, 3, 4, 5]))
    return Slot(integer_text(r, value), str(value))


def percent(r):
    way = r.random()
    if way < 0.8:
        return Slot(str(r.choice([5, 10, 15, 20, 25, 30, 50, 75]) if way < 0.3 else r.randint(1, 99)))
    if way < 0.95:
        return Slot(f"{r.randint(0, 40)}.{r.randint(1, 9)}")
    return Slot(f"{r.randint(0, 20)}.{r.randint(1, 9)}5")


def price(r, currency):
    before, after = currency
    if r.random() < 0.5:
        value = integer(r, 1, r.choice([2, 3, 4, 5]))
        digits, code = (f"{value:,}" if r.random() < 0.25 else str(value)), str(value)
    else:
        value = f"{r.randint(0, 10 ** r.randint(1, 4))}.{r.randint(0, 9)}{r.choice('0123456789')}"
        digits = code = value
    return Slot(f"{before}{digits}{after}", code)


def number_list(r):
    size = r.randint(3, r.choice([4, 6, 8]))
    if r.random() < 0.75:
        digits = r.randint(1, 4)
        numbers = [str(r.randint(0, 10 ** r.randint(1, digits))) for _ in range(size)]
    else:
        numbers = [f"{r.randint(0, 200)}.{r.randint(1, 99)}" for _ in range(size)]
    style = r.choice(["and", "and", "comma", "comma", "tight", "brackets", "oxford"])
    joined = ", ".join(numbers)
    head = ", ".join(numbers[:-1])
    text = {
        "and": f"{head} and {numbers[-1]}",
        "oxford": f"{head}, and {numbers[-1]}",
        "comma": joined,
        "tight": ",".join(numbers),
        "brackets": f"[{joined}]",
    }[style]
    return Slot(text, f"[{joined}]")


def date(r, low, high):
    day = datetime.date.fromordinal(r.randint(low, high))
    month = MONTHS[day.month - 1]
    ending = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    text = r.choice(
        [
            day.isoformat(),
            day.isoformat(),
            f"{day.day} {month} {day.year}",
            f"{month} {day.day}, {day.year}",
            f"{month} {day.day} {day.year}",
            f"{day.day} {month[:3]} {day.year}",
            f"{month[:3]} {day.day}, {day.year}",
            f"{month} {day.day}{ending}, {day.year}",
            f"the {day.day}{ending} of {month} {day.year}",
            f"{day.day}{ending} {month} {day.year}",
        ]
    )
    return day, Slot(text, f"{day.year}, {day.month}, {day.day}")


def nouns(r, slots, one, many, pool):
    single, several = noun_pair(r, pool) if pool else noun_pair(r)
    slots[one], slots[many] = Slot(single), Slot(several)


def fill(r):
    """All slots of one instance."""
    slots = {name: number(r) for name in "abc"}
    slots.update({name: count(r) for name in "nmk"})
    nouns(r, slots, "thing", "things", None)
    nouns(r, slots, "item", "items", None)
    nouns(r, slots, "box", "boxes", BOXES)
    currency = r.choice(CURRENCIES)
    slots.update({name: price(r, currency) for name in "xyz"})
    slots["$v"] = Slot(currency[0] + "{v}" + currency[1])
    small = r.randint(2, 12)
    slots["s"] = Slot(integer_text(r, small) if r.random() < 0.5 else str(small), str(small))
    big = int(slots["m"].code) + integer(r, 1, 4)
    slots["big"] = Slot(integer_text(r, big), str(big))
    slots["g"] = Slot("-" + slots["b"].code)
    slots["f"], slots["f2"] = Slot(str(r.randint(2, 18))), Slot(str(r.randint(13, 60)))
    slots["h"] = Slot(r.choice([str(r.randint(2, 24)), f"{r.randint(1, 12)}.5", f"{r.randint(0, 9)}.25"]))
    slots["p"] = percent(r)
    places = r.randint(1, 4)
    slots["r"] = Slot(r.choice([str(places), SMALL_WORDS[places]]), str(places))
    slots["dec"] = Slot(f"{r.randint(0, 10 ** r.randint(1, 4))}.{r.randint(10**4, 10 ** r.randint(5, 8))}")
    slots["dec1"] = Slot(f"{r.randint(3, 19)}.{r.randint(1, 9)}")
    slots["list"] = number_list(r)
    slots["angle"] = Slot(str(r.choice([30, 45, 60, 15, 75, 120, 90, r.randint(1, 360)])))
    slots["m9"], slots["n3"] = Slot(str(r.randint(1, 999))), Slot(str(r.randint(2, 10 ** r.randint(1, 3))))
    year = r.randint(1400, 2030)
    slots["year1"], slots["year2"] = Slot(str(year)), Slot(str(r.randint(year + 1, 2060)))
    start = r.randint(datetime.date(1850, 1, 1).toordinal(), datetime.date(2060, 1, 1).toordinal())
    if r.random() < 0.7:
        start = r.randint(datetime.date(2015, 1, 1).toordinal(), datetime.date(2032, 1, 1).toordinal())
    first, slots["date1"] = date(r, start, start)
    last, slots["date2"] = date(r, start + 1, start + r.choice([40, 400, 4000]))
    slots["D1"], slots["D2"] = Slot("", slots["date1"].code), Slot("", slots["date2"].code)
    slots["who"], slots["whom"] = Slot(person(r, full=False)), Slot(person(r, full=False))
    slots["unit"], slots["word"] = Slot(r.choice(UNITS)), Slot(r.choice(PLAIN))
    slots["place"] = Slot(r.choice([place(r), place(r), singular_noun(r, PLACES)]))
    return slots
