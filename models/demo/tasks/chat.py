"""Requests that are answered without a tool."""

from .phrasing import say, typo
from .templates import capitalise, choose, read_blocks
from .transcript import Transcript
from .words import PLAIN, made_up_word

BLOCKS = read_blocks("chat.txt")


def fill_words(r, text):
    while "{w}" in text:
        text = text.replace("{w}", r.choice(PLAIN), 1)
    return text.replace("{who}", made_up_word(r))


def chat(r):
    block = r.choice(BLOCKS)
    text = fill_words(r, choose(r, r.choice(block.lines["ask"])))
    if block.name in ("write", "opinion", "abilities", "who") and r.random() < 0.25:
        text = (
            choose(r, "[please|can you|could you|hi,|hello,|hey,|I want you to|so,|ok,|now|tell me,] ")
            + " "
            + text
        )
    if r.random() < 0.6:
        text = capitalise(text)
    if r.random() < 0.08:
        text = typo(r, text)
    text += r.choice(["", "", "", "!", ".", "?", "?"])
    if block.name in ("greeting", "thanks") and r.random() < 0.1:
        text += " " + say(r, "aside")
    return Transcript("chat", text).answer(block.only("reply"))
