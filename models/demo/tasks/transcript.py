"""A conversation to learn from: a query, and the turns that answer it."""

from dataclasses import dataclass, field

FINAL_ANSWER = "Final Answer"


@dataclass
class Turn:
    tool: str
    input: str
    # What the tool gave back; None after a final answer.
    observation: str | None = None
    # A turn with a mistake in it stands there to be answered, not to be imitated.
    learned: bool = True
    # The grammar wrote the tool's name: only the text is learned.
    forced: bool = False


@dataclass
class Transcript:
    kind: str
    query: str
    turns: list = field(default_factory=list)

    def call(self, tool, text, observation, learned=True):
        self.turns.append(Turn(tool, text, observation, learned))
        return self

    def answer(self, text, forced=False):
        self.turns.append(Turn(FINAL_ANSWER, text, forced=forced))
        return self
