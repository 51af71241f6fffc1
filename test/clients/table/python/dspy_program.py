"""DSPy."""

from typing import Literal

import dspy
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run

demo = dspy.LM(f"openai/{DEMO_MODEL}", api_base=DEMO_URL, api_key="none", cache=False)
scripted = dspy.LM("openai/scripted", api_base=SCRIPTED_URL, api_key="none", cache=False)
END = "\n\n[[ ## completed ## ]]"


def get_weather(town: str) -> str:
    """Tells the weather of a town."""
    return f"rain in {town}"


@feature("`LM`, answered with Bullpen's own tools")
def language_model():
    expect_in(TOTAL, demo(SUM)[0])


@feature("`Predict`")
def predict():
    with dspy.context(lm=scripted):
        answer = dspy.Predict("question -> answer")(question=f"Say «[[ ## answer ## ]]\nrain{END}»")
    expect(answer.answer, "rain")


@feature("`ChainOfThought`, with typed outputs")
def chain_of_thought():
    class Judge(dspy.Signature):
        """Judges a text."""

        text: str = dspy.InputField()
        mood: Literal["good", "bad"] = dspy.OutputField()
        score: float = dspy.OutputField()

    said = f"[[ ## reasoning ## ]]\nIt rains.\n\n[[ ## mood ## ]]\nbad\n\n[[ ## score ## ]]\n0.5{END}"
    with dspy.context(lm=scripted):
        answer = dspy.ChainOfThought(Judge)(text=f"Say «{said}»")
    expect((answer.reasoning, answer.mood, answer.score), ("It rains.", "bad", 0.5))


@feature("`JSONAdapter`, by JSON Schema")
def json_adapter():
    with dspy.context(lm=scripted, adapter=dspy.JSONAdapter()):
        answer = dspy.Predict("question -> answer: str, degrees: int")(
            question='Say «{"answer": "rain", "degrees": -3}»'
        )
    expect((answer.answer, answer.degrees), ("rain", -3))


@feature("`ReAct` with a tool")
def react():
    # Both of its requests quote this: that for the next step, and that for the answer.
    said = "[[ ## next_thought ## ]]\nI ask.\n\n[[ ## next_tool_name ## ]]\nget_weather\n\n"
    said += '[[ ## next_tool_args ## ]]\n{"town": "Oslo"}\n\n'
    said += f"[[ ## reasoning ## ]]\nI asked.\n\n[[ ## answer ## ]]\nrain{END}"
    with dspy.context(lm=scripted):
        agent = dspy.ReAct("question -> answer", tools=[get_weather], max_iters=1)
        answer = agent(question=f"Say «{said}»")
    expect_in("rain in Oslo", answer.trajectory)
    expect(answer.answer, "rain")


@feature("several answers by `n`")
def several():
    answers = scripted("Say «rain»", n=3, temperature=1.0)
    expect(answers, ["rain"] * 3)


run("DSPy", "dspy")
