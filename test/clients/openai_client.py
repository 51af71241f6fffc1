"""The official OpenAI client for Python, unmodified, against Bullpen. BASE_URL says where."""

import io
import json
import os
import time

import openai

import checks
from checks import check

client = openai.OpenAI(base_url=os.environ["BASE_URL"], api_key="none")


def line(custom_id, question, **body):
    messages = [{"role": "user", "content": question}]
    return json.dumps(
        {
            "custom_id": custom_id,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "scripted", "messages": messages, **body},
        }
    )


def upload(lines):
    content = "\n".join(lines).encode()
    return client.files.create(file=("questions.jsonl", io.BytesIO(content)), purpose="batch")


def create(lines, **more):
    return client.batches.create(
        input_file_id=upload(lines).id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        **more,
    )


def ended(batch):
    deadline = time.monotonic() + 60
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        assert time.monotonic() < deadline, batch
        time.sleep(0.1)
        batch = client.batches.retrieve(batch.id)
    return batch


def results(file_id):
    return [json.loads(text) for text in client.files.content(file_id).text.splitlines()]


# Upload, create, poll, download.
batch = ended(create([line(f"n-{i}", f"question {i}") for i in range(30)], metadata={"night": "1"}))
check("a batch completes", batch.status == "completed", batch)
counts = batch.request_counts
check("its counts agree", (counts.total, counts.completed, counts.failed) == (30, 30, 0), counts)
check("its metadata comes back", batch.metadata == {"night": "1"}, batch.metadata)
check("its usage is counted", batch.usage.total_tokens > 0, batch.usage)
output = results(batch.output_file_id)
check("ids are in input order", [r["custom_id"] for r in output] == [f"n-{i}" for i in range(30)])
answers = {r["custom_id"]: r["response"]["body"]["choices"][0]["message"]["content"] for r in output}
check("results match by custom_id", all(answers[f"n-{i}"] == f"You said: question {i}" for i in range(30)), answers)

# Whatever an answer holds, its line is one to every way of reading lines.
ends = "".join(map(chr, [0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029]))
batch = ended(create([line(f"e-{i}", f"a{end}b{ends}c") for i, end in enumerate(ends)]))
content = client.files.content(batch.output_file_id)
by_iteration = [json.loads(text) for text in content.iter_lines()]
check("lines read one by one are whole", by_iteration == results(batch.output_file_id), by_iteration)
last = by_iteration[-1]["response"]["body"]["choices"][0]["message"]["content"]
check("and say what was said", last == f"You said: a\u2029b{ends}c", last)

# A bad line is the error file's.
batch = ended(create([line("good", "hello"), line("hot", "hello", temperature=9)]))
check("a bad line fails alone", (batch.request_counts.completed, batch.request_counts.failed) == (1, 1), batch)
error = results(batch.error_file_id)[0]
check("and is named", error["response"]["body"]["error"]["param"] == "temperature", error)

# A bad file is refused.
batch = ended(create([line("a", "hello"), "{broken", line("a", "again")]))
found = [(e.line, e.code) for e in batch.errors.data]
check("a bad file fails", batch.status == "failed", batch)
check("its lines are named", found == [(2, "invalid_json_line"), (3, "duplicate_custom_id")], found)

# Lists page by themselves.
made = [create([line("x", f"list {i}")]).id for i in range(5)]
listed = [b.id for b in client.batches.list(limit=2)]
check("lists go on by themselves, newest first", listed[:5] == made[::-1], listed)
files = [f.id for f in client.files.list(limit=3, purpose="batch")]
check("files too", len(files) == len(set(files)) >= 8, files)

# Cancel.
batch = create([line(f"slow-{i}", f"hang {i}") for i in range(5)])
while client.batches.retrieve(batch.id).status == "validating":
    time.sleep(0.05)
check("cancel answers at once", client.batches.cancel(batch.id).status == "cancelling")
batch = ended(batch)
check("and takes effect", batch.status == "cancelled" and batch.request_counts.failed == 5, batch)
codes = {r["error"]["code"] for r in results(batch.error_file_id)}
check("what was cut off is named", codes == {"batch_cancelled"}, codes)
try:
    client.batches.cancel(batch.id)
    check("an ended batch cannot be cancelled", False)
except openai.BadRequestError as refusal:
    check("an ended batch cannot be cancelled", refusal.code == "already_finished", refusal)

# Delete.
file = upload([line("a", "hello")])
check("a file is deleted", client.files.delete(file.id).deleted)
try:
    client.files.retrieve(file.id)
    check("and gone", False)
except openai.NotFoundError as gone:
    check("and gone", gone.code == "file_not_found", gone)

# Chat, whole and streamed.
messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
chat = client.chat.completions.create(model="scripted", messages=messages)
check("chat answers", chat.choices[0].message.content == "You said: hello", chat)
stream = client.chat.completions.create(
    model="scripted", messages=messages, stream=True, stream_options={"include_usage": True}
)
text, usage = "", None
for chunk in stream:
    text += chunk.choices[0].delta.content or "" if chunk.choices else ""
    usage = chunk.usage or usage
check("chat streams", text == "You said: hello" and usage.total_tokens > 0, (text, usage))
try:
    client.chat.completions.create(model="scripted", messages=messages, modalities=["audio"])
    check("what cannot be honoured is refused", False)
except openai.BadRequestError as refusal:
    check("what cannot be honoured is refused", refusal.param == "modalities", refusal)

# A conversation: each answer goes back as it came.
messages = []
for turn in range(10):
    messages.append({"role": "user", "content": f"hello {turn}"})
    answer = client.chat.completions.create(model="scripted", messages=messages).choices[0].message
    messages.append(answer if turn % 2 else answer.model_dump())
said = [m.content if hasattr(m, "content") else m["content"] for m in messages[1::2]]
check("ten turns are answered", said == [f"You said: hello {turn}" for turn in range(10)], said)

# What OpenAI lets be null may be.
nullable = (
    "frequency_penalty logit_bias logprobs max_completion_tokens max_tokens metadata modalities n prediction audio "
    "presence_penalty reasoning_effort seed service_tier stop store stream_options temperature top_logprobs top_p "
    "verbosity web_search_options"
).split()
chat = client.chat.completions.create(
    model="scripted", messages=[{"role": "user", "content": "hello", "name": None}], **dict.fromkeys(nullable)
)
check("null is absent", chat.choices[0].message.content == "You said: hello", chat)

# Tools of the caller's own: each round sends the results back, until there is an answer.
weather = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "tells the weather of a town",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
    },
}
for streams in (False, True):
    messages = [{"role": "user", "content": "weather"}]
    towns = []
    for _ in range(5):
        body = dict(model="scripted", messages=messages, tools=[weather], tool_choice="auto")
        if streams:
            with client.chat.completions.stream(**body) as stream:
                choice = stream.get_final_completion().choices[0]
        else:
            choice = client.chat.completions.create(**body).choices[0]
        messages.append(choice.message)
        if choice.finish_reason != "tool_calls":
            break
        for call in choice.message.tool_calls:
            town = json.loads(call.function.arguments)["town"]
            towns.append(town)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{town}: rain"})
    check("the caller's tools are called", towns == ["Oslo", "Bergen"], towns)
    check("and their results answered", choice.message.content == "Oslo: rain, Bergen: rain", choice)
try:
    client.chat.completions.create(model="scripted", messages=messages[:2], tools=[weather])
    check("a call without its result is refused", False)
except openai.BadRequestError as refusal:
    check("a call without its result is refused", "did not have response messages" in str(refusal), refusal)

models = client.models.list().data
check("models are listed", [m.object for m in models] == ["model"], models)
check("and found by name", client.models.retrieve("scripted") == models[0], models)
for name in ("nope", "some/nested/name"):
    try:
        client.models.retrieve(name)
        check("an unknown model is not found", False)
    except openai.NotFoundError as refusal:
        check("an unknown model is not found", refusal.code == "model_not_found", refusal)
print(f"{checks.count} checks passed with openai {openai.__version__}")
