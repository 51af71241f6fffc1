"""pydantic-ai, with its model of the chat API."""

import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run
from pydantic_ai import Agent, ModelRetry, NativeOutput, PromptedOutput
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider


class Weather(pydantic.BaseModel):
    town: str
    degrees: int


OSLO = '{"town": "Oslo", "degrees": -3}'
EXPECTED = Weather(town="Oslo", degrees=-3)


def model(name=DEMO_MODEL, url=DEMO_URL):
    return OpenAIChatModel(name, provider=OpenAIProvider(base_url=url, api_key="none"))


def scripted(**options):
    return Agent(model("scripted", SCRIPTED_URL), **options)


def get_weather(town: str) -> str:
    """Tells the weather of a town."""
    return f"rain in {town}"


@feature("`run`, answered with Bullpen's own tools")
async def answer():
    agent = Agent(model(), instructions="Be brief.")
    expect_in(TOTAL, (await agent.run(SUM)).output)


@feature("`run_stream`")
async def stream():
    async with Agent(model()).run_stream(SUM) as result:
        expect_in(TOTAL, "".join([piece async for piece in result.stream_text(delta=True)]))


@feature("tools, over several turns")
async def tools():
    agent = scripted(tools=[get_weather])
    result = await agent.run('Say «get_weather {"town": "Oslo"}» «get_weather {"town": "Bergen"}» «{result}.»')
    expect(result.output, "rain in Oslo, rain in Bergen.")


@feature("`output_type`, which it asks for as a tool")
async def tool_output():
    agent = scripted(tools=[get_weather], output_type=Weather)
    result = await agent.run(f'Say «get_weather {{"town": "Oslo"}}» «final_result {OSLO}»')
    expect(result.output, EXPECTED)


@feature("`NativeOutput`, by JSON Schema")
async def native_output():
    agent = scripted(output_type=NativeOutput(Weather))
    expect((await agent.run(f"Say «{OSLO}»")).output, EXPECTED)


@feature("`PromptedOutput`")
async def prompted_output():
    agent = scripted(output_type=PromptedOutput(Weather))
    expect((await agent.run(f"Say «{OSLO}»")).output, EXPECTED)


@feature("a tool that asks for another try")
async def retry():
    def picky(town: str) -> str:
        """Takes Bergen alone."""
        if town != "Bergen":
            raise ModelRetry("only Bergen")
        return "rain"

    agent = scripted(tools=[picky])
    result = await agent.run('Say «picky {"town": "Oslo"}» «picky {"town": "Bergen"}» «done»')
    expect(result.output, "done")


@feature("a second question with `message_history`")
async def history():
    agent = scripted(tools=[get_weather])
    first = await agent.run('Say «get_weather {"town": "Oslo"}» «It is {result}.»')
    second = await agent.run("Now say «dry».", message_history=first.all_messages())
    expect(second.output, "dry")


@feature("Responses: tools and `output_type`")
async def respond():
    provider = OpenAIProvider(base_url=SCRIPTED_URL, api_key="none")
    agent = Agent(OpenAIResponsesModel("scripted", provider=provider), tools=[get_weather], output_type=Weather)
    result = await agent.run(f'Say «get_weather {{"town": "Oslo"}}» «final_result {OSLO}»')
    expect(result.output, EXPECTED)


run("pydantic-ai", "pydantic-ai-slim")
