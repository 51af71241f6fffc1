"""OpenAI's client for Python and its Agents SDK, unmodified, with /v1/responses. BASE_URL says where."""

import asyncio
import os
import time

import agents
import openai
import pydantic

import checks
from checks import check

URL = os.environ["BASE_URL"]
client = openai.OpenAI(base_url=URL, api_key="none", max_retries=0)
INTERPRETER = {"type": "code_interpreter", "container": {"type": "auto"}}
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "tells the weather",
    "parameters": {
        "type": "object",
        "properties": {"town": {"type": "string"}},
        "required": ["town"],
    },
    "strict": True,
}
QUESTION = "calculate, then weather"


def create(**params):
    return client.responses.create(model="scripted", **params)


def types(response):
    return [item.type for item in response.output]


first = create(input=QUESTION, tools=[INTERPRETER, WEATHER])
check(
    "hosted tools run, functions come back",
    types(first) == ["code_interpreter_call", "function_call"],
    first,
)
output = {"type": "function_call_output", "call_id": first.output[-1].call_id, "output": "4"}
second = create(input=[output], previous_response_id=first.id, tools=[INTERPRETER, WEATHER])
check("a response continues another", second.output_text == "42, 4", second)
check("usage is told", second.usage.total_tokens > 0, second.usage)
replayed = [{"role": "user", "content": QUESTION}, *first.output, output]
third = create(input=replayed, tools=[INTERPRETER, WEATHER], store=False)
check("items go back as they came", third.output_text == "42, 4", third)

items = client.responses.input_items.list(second.id).data
check("input items are listed", [item.type for item in items] == ["function_call_output"], items)


class Answer(pydantic.BaseModel):
    answer: str


parsed = client.responses.parse(model="scripted", input="json", text_format=Answer)
check("parse() works", parsed.output_parsed == Answer(answer="yes"), parsed)

with client.responses.stream(model="scripted", input=QUESTION, tools=[INTERPRETER]) as stream:
    seen = [event.type for event in stream]
    streamed = stream.get_final_response()
check("the helper for streams works", streamed.output_text == "42", seen)
check("typed events come", "response.code_interpreter_call.completed" in seen, seen)

made = create(input="hello", background=True)
while made.status in ("queued", "in_progress"):
    time.sleep(0.05)
    made = client.responses.retrieve(made.id)
check("a response in the background ends", made.output_text == "You said: hello", made)
events = list(client.responses.retrieve(made.id, stream=True, starting_after=2))
check("a stream goes on", events[0].sequence_number == 3, events)
hanging = create(input="hang", background=True)
check("cancel", client.responses.cancel(hanging.id).status == "cancelled")
client.responses.delete(hanging.id)
try:
    client.responses.retrieve(hanging.id)
    check("a deleted response is gone", False)
except openai.NotFoundError as error:
    check("a deleted response is gone", error.code == "response_not_found", error)


@agents.function_tool
def get_weather(town: str) -> str:
    """tells the weather"""
    return f"4 in {town}"


async def run_agents():
    agents.set_tracing_disabled(True)
    model = agents.OpenAIResponsesModel(
        model="scripted", openai_client=openai.AsyncOpenAI(base_url=URL, api_key="none")
    )
    tools = [agents.CodeInterpreterTool(tool_config=INTERPRETER), get_weather]
    agent = agents.Agent(name="Helper", instructions="Help.", model=model, tools=tools)
    result = await agents.Runner.run(agent, QUESTION)
    check("an agent uses tools of both kinds", result.final_output == "42, 4 in Oslo", result)
    more = [*result.to_input_list(), {"role": "user", "content": "and now?"}]
    result = await agents.Runner.run(agent, more)
    check("an agent goes on", result.final_output == "You said: and now?", result)
    streamed = agents.Runner.run_streamed(agent, QUESTION)
    kinds = [event.type async for event in streamed.stream_events()]
    check("an agent streams", streamed.final_output == "42, 4 in Oslo", kinds)
    typed = agents.Agent(name="Typed", model=model, output_type=Answer)
    result = await agents.Runner.run(typed, "json")
    check("an agent answers by a type", result.final_output == Answer(answer="yes"), result)


asyncio.run(run_agents())
print(f"{checks.count} checks passed")
