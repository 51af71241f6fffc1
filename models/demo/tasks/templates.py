"""Reads the task files and fills their templates."""

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
SLOT = re.compile(r"\{([$A-Za-z]+[0-9]?)\}")


@dataclass
class Block:
    """One task: its templates by kind ("np", "q", "answer", …), each a list of lines."""

    name: str
    lines: dict = field(default_factory=dict)

    @property
    def weight(self):
        return float(self.lines.get("weight", ["1"])[0])

    def only(self, kind):
        return self.lines[kind][0] if kind in self.lines else None


def content(name):
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def read_blocks(name):
    blocks = []
    for line in content(name):
        if line.startswith("== "):
            blocks.append(Block(line[3:]))
            continue
        kind, _, text = line.partition(": ")
        blocks[-1].lines.setdefault(kind, []).append(text)
    return blocks


def read_lines(name):
    """Lines "kind: text" of a file without blocks, as a dict of lists."""
    lines = {}
    for line in content(name):
        kind, _, text = line.partition(": ")
        lines.setdefault(kind, []).append(text)
    return lines


def choose(r, text):
    """Settles every [this|or that], from the inside out."""
    while match := CHOICE.search(text):
        text = text[: match.start()] + r.choice(match[1].split("|")) + text[match.end() :]
    return tidy(text)


def tidy(text):
    text = re.sub(r" {2,}", " ", text).strip()
    return re.sub(r" ([,.?!])(?=\s|$)", r"\1", text)


def put(text, slots, code=False):
    return SLOT.sub(lambda match: value_of(slots, match[1], code), text)


def value_of(slots, name, code):
    if name == "v":
        return "{v}"
    slot = slots[name[0].lower() if len(name) == 1 and name.isupper() else name]
    return slot.code if code else slot.text


def capitalise(text):
    return text[:1].upper() + text[1:]
