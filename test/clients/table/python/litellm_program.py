"""LiteLLM, as a library."""

import json
import time

import litellm
import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run

DEMO = {"model": f"openai/{DEMO_MODEL}", "api_base": DEMO_URL, "api_key": "none"}
SCRIPTED = {"model": "openai/scripted", "api_base": SCRIPTED_URL, "api_key": "none"}
FILES = {"custom_llm_provider": "openai", "api_base": DEMO_URL, "api_key": "none"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
    },
}


class Weather(pydantic.BaseModel):
    town: str
    degrees: int


def user(content):
    return [{"role": "user", "content": content}]


@feature("`completion`, answered with Bullpen's own tools")
def completion():
    expect_in(TOTAL, litellm.completion(**DEMO, messages=user(SUM)).choices[0].message.content)


@feature("`acompletion`")
async def acompletion():
    expect_in(TOTAL, (await litellm.acompletion(**DEMO, messages=user(SUM))).choices[0].message.content)


@feature("streamed `completion`, with usage")
def stream():
    pieces = list(litellm.completion(**DEMO, messages=user(SUM), stream=True, stream_options={"include_usage": True}))
    expect_in(TOTAL, "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices))
    expect(any(getattr(piece, "usage", None) for piece in pieces), True)


@feature("tools: a call, its result, the answer")
def tools():
    messages = user('Say «get_weather {"town": "Oslo"}» «In Oslo: {result}.»')
    message = litellm.completion(**SCRIPTED, messages=messages, tools=[WEATHER]).choices[0].message
    [call] = message.tool_calls
    expect(json.loads(call.function.arguments), {"town": "Oslo"})
    messages += [message, {"role": "tool", "tool_call_id": call.id, "name": "get_weather", "content": "rain"}]
    answered = litellm.completion(**SCRIPTED, messages=messages, tools=[WEATHER])
    expect(answered.choices[0].message.content, "In Oslo: rain.")


@feature("`response_format` with a pydantic model")
def response_format():
    messages = user('Say «{"town": "Oslo", "degrees": -3}»')
    answer = litellm.completion(**SCRIPTED, messages=messages, response_format=Weather)
    expect(Weather.model_validate_json(answer.choices[0].message.content), Weather(town="Oslo", degrees=-3))


@feature("`Router` with two deployments")
def router():
    names = ["first", "second"]
    router = litellm.Router(model_list=[{"model_name": "any", "litellm_params": DEMO} for _ in names])
    expect_in(TOTAL, router.completion(model="any", messages=user(SUM)).choices[0].message.content)


@feature("`create_batch` and the files of a batch")
def batch():
    body = {"model": DEMO_MODEL, "messages": user(SUM)}
    line = {"custom_id": "sum", "method": "POST", "url": "/v1/chat/completions", "body": body}
    content = json.dumps(line).encode()
    file = litellm.create_file(file=("lines.jsonl", content), purpose="batch", **FILES)
    batch = litellm.create_batch(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", **FILES
    )
    while batch.status in ("validating", "in_progress", "finalizing"):
        time.sleep(0.2)
        batch = litellm.retrieve_batch(batch_id=batch.id, **FILES)
    expect(batch.status, "completed")
    expect_in(TOTAL, litellm.file_content(file_id=batch.output_file_id, **FILES).text)


@feature("`logprobs` of an answer without tools")
def logprobs():
    [choice] = litellm.completion(
        **DEMO, messages=user(SUM), logprobs=True, top_logprobs=2, extra_body={"bullpen": {"tools": []}}
    ).choices
    tokens = choice.logprobs.content
    expect("".join(token.token for token in tokens).strip(), choice.message.content.strip())


run("LiteLLM", "litellm")
