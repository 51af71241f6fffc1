"""LlamaIndex, with its model for servers that speak OpenAI's API."""

import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike


class Weather(pydantic.BaseModel):
    """The weather of a town."""

    town: str
    degrees: int


def model(name, url):
    return OpenAILike(
        model=name,
        api_base=url,
        api_key="none",
        is_chat_model=True,
        is_function_calling_model=True,
        context_window=4096,
    )


demo = model(DEMO_MODEL, DEMO_URL)
scripted = model("scripted", SCRIPTED_URL)


def get_weather(town: str) -> str:
    """Tells the weather of a town."""
    return f"rain in {town}"


TOOL = FunctionTool.from_defaults(get_weather)


@feature("`complete` and `chat`, answered with Bullpen's own tools")
def chat():
    expect_in(TOTAL, demo.complete(SUM).text)
    expect_in(TOTAL, demo.chat([ChatMessage(role="user", content=SUM)]).message.content)


@feature("`stream_chat`")
def stream():
    pieces = list(demo.stream_chat([ChatMessage(role="user", content=SUM)]))
    expect_in(TOTAL, "".join(piece.delta or "" for piece in pieces))


@feature("`chat_with_tools`")
def tools():
    answer = scripted.chat_with_tools([TOOL], user_msg='Say «get_weather {"town": "Oslo"}»')
    [call] = scripted.get_tool_calls_from_response(answer)
    expect((call.tool_name, call.tool_kwargs), ("get_weather", {"town": "Oslo"}))


@feature("`FunctionAgent` with a tool, streamed")
async def agent():
    agent = FunctionAgent(tools=[TOOL], llm=scripted, system_prompt="Be brief.")
    answer = await agent.run('Say «get_weather {"town": "Oslo"}» «It is {result}.»')
    expect(str(answer), "It is rain in Oslo.")


@feature("`as_structured_llm`")
def structured():
    answer = scripted.as_structured_llm(Weather).complete('Say «Weather {"town": "Oslo", "degrees": -3}»')
    expect(answer.raw, Weather(town="Oslo", degrees=-3))


run("LlamaIndex", "llama-index-core", "llama-index-llms-openai-like")
