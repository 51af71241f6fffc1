"""Runs the agent's loop over many queries at once with the GGUF file, to evaluate it."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tasks.arithmetic import Unusable, run
from tokenizer import open_next_turn, open_query, read_instructions, render_action

FOLDER = Path(__file__).parent
MAX_TURNS = 6


@dataclass
class Episode:
    query: str
    # Called with a search phrase; returns the observation.
    search: object
    actions: list = field(default_factory=list)
    observations: list = field(default_factory=list)

    @property
    def done(self):
        return bool(self.actions) and self.actions[-1][0] not in ("Calculator", "Search")

    @property
    def answer(self):
        return self.actions[-1][1] if self.done else ""

    def segments(self):
        parts = [f"[INST] {read_instructions()} [/INST]", open_query(self.query)]
        for (tool, text), observation in zip(self.actions, self.observations):
            parts += [render_action(tool, text), open_next_turn(observation)]
        return parts

    def take(self, completion):
        try:
            action = json.loads('{"tool_name": ' + completion)
            tool, text = action["tool_name"], action["input"]
        except (ValueError, KeyError, TypeError):
            tool, text = "malformed", completion
        self.actions.append((tool, text))
        if tool == "Calculator":
            self.observations.append(calculate(text))
        elif tool == "Search":
            self.observations.append(self.search(text))


def calculate(code):
    try:
        return run(code)
    except Unusable as unusable:
        error = unusable.__cause__
        return f"Error: {type(error).__name__}: {error}"
    except Exception as error:  # whatever the model's program raises is its result
        return f"Error: {type(error).__name__}: {error}"


def complete(model, prompts):
    lines = "".join(json.dumps(prompt) + "\n" for prompt in prompts)
    command = ["node", str(FOLDER / "complete.mjs"), str(model)]
    output = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def run_episodes(model, episodes):
    """Lets every episode come to its answer, turn by turn, all together."""
    for _ in range(MAX_TURNS):
        open_ones = [episode for episode in episodes if not episode.done]
        if not open_ones:
            return
        prompts = [episode.segments() for episode in open_ones]
        for episode, completion in zip(open_ones, complete(model, prompts)):
            episode.take(completion)
