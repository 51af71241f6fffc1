"""inspect_ai."""

import os

import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, feature, run
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, ResponseSchema, get_model
from inspect_ai.scorer import includes, match
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import tool
from inspect_ai.util import json_schema

LOGS = os.path.join(os.environ["HOME"], "inspect-logs")


class Weather(pydantic.BaseModel):
    town: str
    degrees: int


def demo(**options):
    return get_model(f"openai-api/bullpen/{DEMO_MODEL}", base_url=DEMO_URL, api_key="none", **options)


def scripted(**options):
    return get_model("openai-api/bullpen/scripted", base_url=SCRIPTED_URL, api_key="none", **options)


@tool
def get_weather():
    async def execute(town: str):
        """Tells the weather of a town.

        Args:
            town: Its name.
        """
        return f"rain in {town}"

    return execute


def accuracy(model, question, target, scorer=includes, solver=generate, epochs=1):
    task = Task(dataset=[Sample(input=question, target=target)], solver=solver(), scorer=scorer(), epochs=epochs)
    [log] = eval(task, model=model, display="none", log_dir=LOGS)
    if log.status != "success":
        raise AssertionError(log.error)
    return log.results.scores[0].metrics["accuracy"].value


@feature("an evaluation, answered with Bullpen's own tools")
def evaluation():
    expect(accuracy(demo(), SUM, TOTAL, epochs=4), 1.0)


@feature("tools, over several turns")
def tools():
    question = 'Say «get_weather {"town": "Oslo"}» «get_weather {"town": "Bergen"}» «{result}.»'
    target = "rain in Oslo, rain in Bergen."
    expect(accuracy(scripted(), question, target, solver=lambda: [use_tools(get_weather()), generate()]), 1.0)


@feature("`response_schema`")
def response_schema():
    schema = ResponseSchema(name="weather", json_schema=json_schema(Weather))
    model = scripted(config=GenerateConfig(response_schema=schema))
    expect(accuracy(model, 'Say «{"town": "Oslo", "degrees": -3}»', '{"town": "Oslo", "degrees": -3}', match), 1.0)


@feature("`num_choices`, `seed`, `temperature`, `stop_seqs` and `max_tokens`")
async def settings():
    config = GenerateConfig(num_choices=2, seed=1, temperature=0.5, top_p=0.9, stop_seqs=["§"], max_tokens=50)
    output = await scripted().generate("Say «rain§snow»", config=config)
    expect([choice.message.text for choice in output.choices], ["rain", "rain"])


@feature("`logprobs` of an answer without tools")
async def logprobs():
    config = GenerateConfig(logprobs=True, top_logprobs=2, extra_body={"bullpen": {"tools": []}})
    [choice] = (await demo().generate(SUM, config=config)).choices
    tokens = choice.logprobs.content
    expect("".join(token.token for token in tokens).strip(), choice.message.text.strip())


run("inspect_ai", "inspect-ai")
