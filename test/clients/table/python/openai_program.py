"""The official client for Python."""

import io
import json
import time

import openai
import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run

demo = openai.OpenAI(base_url=DEMO_URL, api_key="none")
scripted = openai.OpenAI(base_url=SCRIPTED_URL, api_key="none")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a town.",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
    },
}
CALL_AND_ANSWER = 'Say «get_weather {"town": "Oslo"}» «In Oslo: {result}.»'


class Weather(pydantic.BaseModel):
    town: str
    degrees: int


def user(content):
    return [{"role": "user", "content": content}]


@feature("chat, answered with Bullpen's own tools")
def chat():
    completion = demo.chat.completions.create(model=DEMO_MODEL, messages=user(SUM))
    expect_in(TOTAL, completion.choices[0].message.content)


@feature("streamed chat")
def stream():
    pieces = list(demo.chat.completions.create(model=DEMO_MODEL, messages=user(SUM), stream=True))
    expect_in(TOTAL, "".join(piece.choices[0].delta.content or "" for piece in pieces))


@feature("`parse()` with a pydantic model")
def parse():
    completion = scripted.chat.completions.parse(
        model="scripted", messages=user('Say «{"town": "Oslo", "degrees": -3}»'), response_format=Weather
    )
    expect(completion.choices[0].message.parsed, Weather(town="Oslo", degrees=-3))


@feature("tools: a call, its result, the answer")
def tools():
    messages = user(CALL_AND_ANSWER)
    asked = scripted.chat.completions.create(model="scripted", messages=messages, tools=[WEATHER])
    message = asked.choices[0].message
    [call] = message.tool_calls
    expect((call.function.name, json.loads(call.function.arguments)), ("get_weather", {"town": "Oslo"}))
    messages += [message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    answered = scripted.chat.completions.create(model="scripted", messages=messages, tools=[WEATHER])
    expect(answered.choices[0].message.content, "In Oslo: rain.")


@feature("tools, streamed by `stream()`")
def stream_tools():
    with scripted.chat.completions.stream(
        model="scripted", messages=user(CALL_AND_ANSWER), tools=[openai.pydantic_function_tool(Weather), WEATHER]
    ) as stream:
        choice = stream.get_final_completion().choices[0]
    expect(choice.finish_reason, "tool_calls")
    expect(json.loads(choice.message.tool_calls[0].function.arguments), {"town": "Oslo"})


@feature("batch: upload, create, poll, download")
def batch():
    body = {"model": DEMO_MODEL, "messages": user(SUM)}
    line = {"custom_id": "sum", "method": "POST", "url": "/v1/chat/completions", "body": body}
    file = demo.files.create(file=("lines.jsonl", io.BytesIO(json.dumps(line).encode())), purpose="batch")
    batch = demo.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    while batch.status in ("validating", "in_progress", "finalizing"):
        time.sleep(0.2)
        batch = demo.batches.retrieve(batch.id)
    expect(batch.status, "completed")
    [result] = [json.loads(text) for text in demo.files.content(batch.output_file_id).iter_lines()]
    expect_in(TOTAL, result["response"]["body"]["choices"][0]["message"]["content"])


@feature("the asynchronous client")
async def asynchronous():
    async with openai.AsyncOpenAI(base_url=DEMO_URL, api_key="none") as client:
        completion = await client.chat.completions.create(model=DEMO_MODEL, messages=user(SUM))
    expect_in(TOTAL, completion.choices[0].message.content)


@feature("`logprobs` and `top_logprobs` of an answer without tools")
def logprobs():
    [choice] = demo.chat.completions.create(
        model=DEMO_MODEL, messages=user(SUM), logprobs=True, top_logprobs=3, extra_body={"bullpen": {"tools": []}}
    ).choices
    tokens = choice.logprobs.content
    expect("".join(token.token for token in tokens).strip(), choice.message.content.strip())
    expect([len(token.top_logprobs) for token in tokens], [3] * len(tokens))


@feature("Responses, answered with Bullpen's own tools")
def respond():
    expect_in(TOTAL, demo.responses.create(model=DEMO_MODEL, input=SUM).output_text)


@feature("Responses: `parse()` with a pydantic model")
def respond_parsed():
    response = scripted.responses.parse(
        model="scripted", input='Say «{"town": "Oslo", "degrees": -3}»', text_format=Weather
    )
    expect(response.output_parsed, Weather(town="Oslo", degrees=-3))


@feature("Responses: a call, its result by `previous_response_id`, the answer")
def respond_with_tools():
    tools = [{"type": "function", **WEATHER["function"]}]
    asked = scripted.responses.create(model="scripted", input=CALL_AND_ANSWER, tools=tools)
    [call] = asked.output
    expect((call.name, json.loads(call.arguments)), ("get_weather", {"town": "Oslo"}))
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    answered = scripted.responses.create(model="scripted", previous_response_id=asked.id, input=[result], tools=tools)
    expect(answered.output_text, "In Oslo: rain.")


@feature("Responses in the background")
def respond_later():
    response = demo.responses.create(model=DEMO_MODEL, input=SUM, background=True)
    while response.status in ("queued", "in_progress"):
        time.sleep(0.1)
        response = demo.responses.retrieve(response.id)
    expect_in(TOTAL, response.output_text)


@feature("Responses, streamed")
def respond_streamed():
    with demo.responses.stream(model=DEMO_MODEL, input=SUM) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    expect("".join(deltas), final.output_text)
    expect_in(TOTAL, final.output_text)


run("OpenAI for Python", "openai")
