"""LangChain for Python."""

import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

demo = ChatOpenAI(base_url=DEMO_URL, api_key="none", model=DEMO_MODEL)
scripted = ChatOpenAI(base_url=SCRIPTED_URL, api_key="none", model="scripted")


class Weather(pydantic.BaseModel):
    """The weather of a town."""

    town: str
    degrees: int


@tool
def get_weather(town: str) -> str:
    """Tells the weather of a town."""
    return f"rain in {town}"


@feature("`invoke`, answered with Bullpen's own tools")
def invoke():
    expect_in(TOTAL, demo.invoke([SystemMessage("Be brief."), HumanMessage(SUM)]).content)


@feature("`stream`")
def stream():
    expect_in(TOTAL, "".join(piece.content for piece in demo.stream(SUM)))


@feature("`batch`")
def batch():
    for answer in demo.batch([SUM] * 4):
        expect_in(TOTAL, answer.content)


@feature("`with_structured_output` by JSON Schema")
def json_schema():
    answer = scripted.with_structured_output(Weather).invoke('Say «{"town": "Oslo", "degrees": -3}»')
    expect(answer, Weather(town="Oslo", degrees=-3))


@feature("`with_structured_output` by function calling")
def function_calling():
    model = scripted.with_structured_output(Weather, method="function_calling")
    expect(model.invoke('Say «Weather {"town": "Oslo", "degrees": -3}»'), Weather(town="Oslo", degrees=-3))


@feature("`with_structured_output` in JSON mode")
def json_mode():
    model = scripted.with_structured_output(Weather, method="json_mode")
    expect(model.invoke('Say JSON: «{"town": "Oslo", "degrees": -3}»'), Weather(town="Oslo", degrees=-3))


@feature("`bind_tools`: a call, its result, the answer")
def bind_tools():
    model = scripted.bind_tools([get_weather])
    messages = [HumanMessage('Say «get_weather {"town": "Oslo"}» «It is {result}.»')]
    asked = model.invoke(messages)
    [call] = asked.tool_calls
    messages += [asked, ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])]
    expect(model.invoke(messages).content, "It is rain in Oslo.")


@feature("`bind_tools`, streamed")
def stream_tools():
    model = scripted.bind_tools([get_weather], tool_choice="get_weather")
    whole = None
    for piece in model.stream('Say «get_weather {"town": "Oslo"}»'):
        whole = piece if whole is None else whole + piece
    expect([(call["name"], call["args"]) for call in whole.tool_calls], [("get_weather", {"town": "Oslo"})])


@feature("`create_agent` with tools and a format of the answer")
def agent():
    agent = create_agent(scripted, [get_weather], response_format=Weather)
    question = 'Say «get_weather {"town": "Oslo"}» «Weather {"town": "Oslo", "degrees": -3}»'
    answer = agent.invoke({"messages": [{"role": "user", "content": question}]})
    expect(answer["structured_response"], Weather(town="Oslo", degrees=-3))


@feature("`logprobs` of an answer without tools")
def logprobs():
    answer = demo.bind(logprobs=True, top_logprobs=2, extra_body={"bullpen": {"tools": []}}).invoke(SUM)
    tokens = answer.response_metadata["logprobs"]["content"]
    expect("".join(token["token"] for token in tokens).strip(), answer.content.strip())


@feature("Responses: `bind_tools`, a call, its result, the answer")
def respond():
    chat = ChatOpenAI(base_url=SCRIPTED_URL, api_key="none", model="scripted", use_responses_api=True)
    model = chat.bind_tools([get_weather])
    messages = [HumanMessage('Say «get_weather {"town": "Oslo"}» «It is {result}.»')]
    asked = model.invoke(messages)
    [call] = asked.tool_calls
    messages += [asked, ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])]
    expect(model.invoke(messages).text, "It is rain in Oslo.")


run("LangChain for Python", "langchain-openai")
