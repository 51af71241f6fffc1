"""The OpenAI Agents SDK for Python, with its model of the chat API."""

import agents
import openai
import pydantic
from features import DEMO_MODEL, DEMO_URL, SCRIPTED_URL, SUM, TOTAL, expect, expect_in, feature, run

agents.set_tracing_disabled(True)


class Weather(pydantic.BaseModel):
    town: str
    degrees: int


def model(name=DEMO_MODEL, url=DEMO_URL):
    client = openai.AsyncOpenAI(base_url=url, api_key="none")
    return agents.OpenAIChatCompletionsModel(model=name, openai_client=client)


def scripted():
    return model("scripted", SCRIPTED_URL)


@agents.function_tool
def get_weather(town: str) -> str:
    """Tells the weather of a town."""
    return f"rain in {town}"


@feature("`Runner.run`, answered with Bullpen's own tools")
async def answer():
    result = await agents.Runner.run(agents.Agent(name="Assistant", model=model()), SUM)
    expect_in(TOTAL, result.final_output)


@feature("function tools, over several turns")
async def tools():
    agent = agents.Agent(name="Assistant", instructions="Be brief.", model=scripted(), tools=[get_weather])
    question = 'Say «get_weather {"town": "Oslo"}» «get_weather {"town": "Bergen"}» «{result}.»'
    result = await agents.Runner.run(agent, question)
    expect(result.final_output, "rain in Oslo, rain in Bergen.")


@feature("`output_type`, after a tool")
async def output_type():
    agent = agents.Agent(name="Assistant", model=scripted(), tools=[get_weather], output_type=Weather)
    question = 'Say «get_weather {"town": "Oslo"}» «{"town": "Oslo", "degrees": -3}»'
    result = await agents.Runner.run(agent, question)
    expect(result.final_output, Weather(town="Oslo", degrees=-3))


@feature("handoffs")
async def handoff():
    other = agents.Agent(name="Expert", model=scripted())
    agent = agents.Agent(name="Assistant", model=scripted(), handoffs=[other])
    result = await agents.Runner.run(agent, "Say «transfer_to_expert {}» «It is I.»")
    expect((result.final_output, result.last_agent.name), ("It is I.", "Expert"))


@feature("`Runner.run_streamed`, with tools")
async def streamed():
    agent = agents.Agent(name="Assistant", model=scripted(), tools=[get_weather])
    result = agents.Runner.run_streamed(agent, 'Say «get_weather {"town": "Oslo"}» «It is {result}.»')
    deltas = [
        event.data.delta
        async for event in result.stream_events()
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
    ]
    expect(result.final_output, "It is rain in Oslo.")
    expect("".join(deltas), result.final_output)


@feature("sessions: a second question in a conversation")
async def session():
    session = agents.SQLiteSession("one")
    agent = agents.Agent(name="Assistant", model=scripted(), tools=[get_weather])
    await agents.Runner.run(agent, 'Say «get_weather {"town": "Oslo"}» «It is {result}.»', session=session)
    result = await agents.Runner.run(agent, "Now say «dry».", session=session)
    expect(result.final_output, "dry")


def responses(name=DEMO_MODEL, url=DEMO_URL):
    client = openai.AsyncOpenAI(base_url=url, api_key="none")
    return agents.OpenAIResponsesModel(model=name, openai_client=client)


@feature("Responses, its default model: `CodeInterpreterTool` is Bullpen's Calculator")
async def respond():
    interpreter = {"type": "code_interpreter", "container": {"type": "auto"}}
    tools = [agents.CodeInterpreterTool(tool_config=interpreter)]
    result = await agents.Runner.run(agents.Agent(name="Assistant", model=responses(), tools=tools), SUM)
    expect_in(TOTAL, result.final_output)


@feature("Responses: function tools and `output_type`")
async def respond_with_tools():
    model = responses("scripted", SCRIPTED_URL)
    agent = agents.Agent(name="Assistant", model=model, tools=[get_weather], output_type=Weather)
    question = 'Say «get_weather {"town": "Oslo"}» «{"town": "Oslo", "degrees": -3}»'
    result = await agents.Runner.run(agent, question)
    expect(result.final_output, Weather(town="Oslo", degrees=-3))


@feature("Responses: `Runner.run_streamed`, with tools")
async def respond_streamed():
    agent = agents.Agent(name="Assistant", model=responses("scripted", SCRIPTED_URL), tools=[get_weather])
    result = agents.Runner.run_streamed(agent, 'Say «get_weather {"town": "Oslo"}» «It is {result}.»')
    async for _ in result.stream_events():
        pass
    expect(result.final_output, "It is rain in Oslo.")


run("OpenAI Agents SDK for Python", "openai-agents")
