"""instructor."""

from typing import Iterable

import instructor
import openai
import pydantic
from features import SCRIPTED_URL, expect, feature, run


class Weather(pydantic.BaseModel):
    town: str
    degrees: int


OSLO = '{"town": "Oslo", "degrees": -3}'
EXPECTED = {"town": "Oslo", "degrees": -3}


def client(mode):
    return instructor.from_openai(openai.OpenAI(base_url=SCRIPTED_URL, api_key="none"), mode=mode)


def ask(mode, said, response_model=Weather):
    messages = [{"role": "user", "content": f"Say {said}"}]
    return client(mode).chat.completions.create(
        model="scripted", messages=messages, response_model=response_model, max_retries=2
    )


@feature("`Mode.TOOLS`, its default")
def tools():
    expect(ask(instructor.Mode.TOOLS, f"«Weather {OSLO}»").model_dump(), EXPECTED)


@feature("`Mode.TOOLS_STRICT`")
def tools_strict():
    expect(ask(instructor.Mode.TOOLS_STRICT, f"«Weather {OSLO}»").model_dump(), EXPECTED)


@feature("`Mode.JSON_SCHEMA`")
def json_schema():
    expect(ask(instructor.Mode.JSON_SCHEMA, f"«{OSLO}»").model_dump(), EXPECTED)


@feature("`Mode.JSON`")
def json_mode():
    expect(ask(instructor.Mode.JSON, f"«{OSLO}»").model_dump(), EXPECTED)


@feature("`Mode.MD_JSON`")
def markdown_json():
    expect(ask(instructor.Mode.MD_JSON, f"«```json\n{OSLO}\n```»").model_dump(), EXPECTED)


@feature("lists, by `Iterable`")
def iterable():
    said = f'«IterableWeather {{"tasks": [{OSLO}]}}»'
    expect([each.model_dump() for each in ask(instructor.Mode.TOOLS, said, Iterable[Weather])], [EXPECTED])


@feature("`create_partial`, streamed")
def partial():
    messages = [{"role": "user", "content": f"Say «PartialWeather {OSLO}»"}]
    pieces = client(instructor.Mode.TOOLS).chat.completions.create_partial(
        model="scripted", messages=messages, response_model=Weather
    )
    expect(list(pieces)[-1].model_dump(), EXPECTED)


@feature("a value that its validator refuses is asked for again")
def retry():
    class Warm(Weather):
        @pydantic.field_validator("degrees")
        def check(cls, value):
            if value < 0:
                raise ValueError("must be warm")
            return value

    said = f'«Warm {OSLO}» «Warm {{"town": "Oslo", "degrees": 3}}»'
    expect(ask(instructor.Mode.TOOLS, said, Warm).degrees, 3)


run("instructor", "instructor")
