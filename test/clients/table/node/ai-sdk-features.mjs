// What is asked of the Vercel AI SDK with each of its providers.
import assert from "node:assert/strict";
import { generateObject, generateText, Output, stepCountIs, streamObject, streamText, tool } from "ai";
import { z } from "zod";
import { SUM, TOTAL } from "./features.mjs";

const Weather = z.object({ town: z.string(), degrees: z.number() });
const tools = {
  get_weather: tool({
    description: "Tells the weather of a town.",
    inputSchema: z.object({ town: z.string() }),
    execute: async ({ town }) => `rain in ${town}`,
  }),
};
const CALL_TWICE = 'Say «get_weather {"town": "Oslo"}» «get_weather {"town": "Bergen"}» «It rains.»';
const OSLO = 'Say «{"town": "Oslo", "degrees": -3}»';
const EXPECTED = { town: "Oslo", degrees: -3 };

/** The features with a model that has Bullpen's own tools, and with a scripted one. */
export const featuresOf = (demo, scripted) => ({
  "`generateText`, answered with Bullpen's own tools": async () => {
    const { text } = await generateText({ model: demo, instructions: "Be brief.", prompt: SUM });
    assert.match(text, RegExp(TOTAL));
  },
  "`generateText` with tools, over several steps": async () => {
    const { text, steps } = await generateText({
      model: scripted,
      tools,
      prompt: CALL_TWICE,
      stopWhen: stepCountIs(5),
    });
    assert.equal(text, "It rains.");
    assert.deepEqual(
      steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output)),
      ["rain in Oslo", "rain in Bergen"],
    );
  },
  "`generateText` with `Output.object` after a tool": async () => {
    const { output } = await generateText({
      model: scripted,
      tools,
      output: Output.object({ schema: Weather }),
      prompt: 'Say «get_weather {"town": "Oslo"}» «{"town": "Oslo", "degrees": -3}»',
      stopWhen: stepCountIs(5),
    });
    assert.deepEqual(output, EXPECTED);
  },
  "`generateObject`": async () => {
    const { object } = await generateObject({ model: scripted, schema: Weather, prompt: OSLO });
    assert.deepEqual(object, EXPECTED);
  },
  "`streamObject`": async () => {
    const { object, partialObjectStream } = streamObject({ model: scripted, schema: Weather, prompt: OSLO });
    let last;
    for await (const partial of partialObjectStream) last = partial;
    assert.deepEqual([last, await object], [EXPECTED, EXPECTED]);
  },
  "`streamText`": async () => {
    let text = "";
    for await (const piece of streamText({ model: demo, prompt: SUM }).textStream) text += piece;
    assert.match(text, RegExp(TOTAL));
  },
  "`streamText` with tools": async () => {
    const stopWhen = stepCountIs(5);
    const { textStream, usage } = streamText({ model: scripted, tools, prompt: CALL_TWICE, stopWhen });
    let text = "";
    for await (const piece of textStream) text += piece;
    assert.equal(text, "It rains.");
    assert.ok((await usage).totalTokens > 0);
  },
});
