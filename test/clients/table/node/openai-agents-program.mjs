// The OpenAI Agents SDK for Node, with its model of the chat API.
import assert from "node:assert/strict";
import {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  run,
  setTracingDisabled,
  tool,
} from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL, SUM, TOTAL } from "./features.mjs";

setTracingDisabled(true);
const Weather = z.object({ town: z.string(), degrees: z.number() });
const demo = new OpenAIChatCompletionsModel(new OpenAI({ baseURL: DEMO_URL, apiKey: "none" }), DEMO_MODEL);
const scripted = new OpenAIChatCompletionsModel(
  new OpenAI({ baseURL: SCRIPTED_URL, apiKey: "none" }),
  "scripted",
);
const getWeather = tool({
  name: "get_weather",
  description: "Tells the weather of a town.",
  parameters: z.object({ town: z.string() }),
  execute: async ({ town }) => `rain in ${town}`,
});
const assistant = (options) =>
  new Agent({ name: "Assistant", instructions: "Be brief.", model: scripted, ...options });

await runFeatures(
  { client: "OpenAI Agents SDK for Node", packages: ["@openai/agents"] },
  {
    "`run`, answered with Bullpen's own tools": async () => {
      const { finalOutput } = await run(new Agent({ name: "Assistant", model: demo }), SUM);
      assert.match(finalOutput, RegExp(TOTAL));
    },
    "function tools, over several turns": async () => {
      const question = 'Say «get_weather {"town": "Oslo"}» «get_weather {"town": "Bergen"}» «{result}.»';
      const { finalOutput } = await run(assistant({ tools: [getWeather] }), question);
      assert.equal(finalOutput, "rain in Oslo, rain in Bergen.");
    },
    "`outputType`, after a tool": async () => {
      const question = 'Say «get_weather {"town": "Oslo"}» «{"town": "Oslo", "degrees": -3}»';
      const { finalOutput } = await run(assistant({ tools: [getWeather], outputType: Weather }), question);
      assert.deepEqual(finalOutput, { town: "Oslo", degrees: -3 });
    },
    handoffs: async () => {
      const other = new Agent({ name: "Expert", model: scripted });
      const { finalOutput, lastAgent } = await run(
        assistant({ handoffs: [other] }),
        "Say «transfer_to_Expert {}» «It is I.»",
      );
      assert.deepEqual([finalOutput, lastAgent.name], ["It is I.", "Expert"]);
    },
    "streamed, with tools": async () => {
      const question = 'Say «get_weather {"town": "Oslo"}» «It is {result}.»';
      const result = await run(assistant({ tools: [getWeather] }), question, { stream: true });
      let text = "";
      for await (const piece of result.toTextStream()) text += piece;
      await result.completed;
      assert.equal(text, "It is rain in Oslo.");
    },
    "Responses, its default model: function tools and `outputType`": async () => {
      const client = new OpenAI({ baseURL: SCRIPTED_URL, apiKey: "none" });
      const model = new OpenAIResponsesModel(client, "scripted");
      const question = 'Say «get_weather {"town": "Oslo"}» «{"town": "Oslo", "degrees": -3}»';
      const { finalOutput } = await run(
        assistant({ model, tools: [getWeather], outputType: Weather }),
        question,
      );
      assert.deepEqual(finalOutput, { town: "Oslo", degrees: -3 });
    },
  },
);
