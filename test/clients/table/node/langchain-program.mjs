// LangChain for Node.
import assert from "node:assert/strict";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL, SUM, TOTAL } from "./features.mjs";

const chat = (model, baseURL) => new ChatOpenAI({ model, apiKey: "none", configuration: { baseURL } });
const demo = chat(DEMO_MODEL, DEMO_URL);
const scripted = chat("scripted", SCRIPTED_URL);
const Weather = z.object({ town: z.string(), degrees: z.number() });
const EXPECTED = { town: "Oslo", degrees: -3 };
const getWeather = tool(async ({ town }) => `rain in ${town}`, {
  name: "get_weather",
  description: "Tells the weather of a town.",
  schema: z.object({ town: z.string() }),
});

await runFeatures(
  { client: "LangChain for Node", packages: ["@langchain/openai"] },
  {
    "`invoke`, answered with Bullpen's own tools": async () => {
      assert.match((await demo.invoke(SUM)).content, RegExp(TOTAL));
    },
    "`stream`": async () => {
      let text = "";
      for await (const piece of await demo.stream(SUM)) text += piece.content;
      assert.match(text, RegExp(TOTAL));
    },
    "`withStructuredOutput` by JSON Schema": async () => {
      const model = scripted.withStructuredOutput(Weather, { method: "jsonSchema" });
      assert.deepEqual(await model.invoke('Say «{"town": "Oslo", "degrees": -3}»'), EXPECTED);
    },
    "`withStructuredOutput` by function calling": async () => {
      const model = scripted.withStructuredOutput(Weather, { method: "functionCalling", name: "weather" });
      assert.deepEqual(await model.invoke('Say «weather {"town": "Oslo", "degrees": -3}»'), EXPECTED);
    },
    "`bindTools`: a call, its result, the answer": async () => {
      const model = scripted.bindTools([getWeather]);
      const question = new HumanMessage('Say «get_weather {"town": "Oslo"}» «It is {result}.»');
      const asked = await model.invoke([question]);
      const [call] = asked.tool_calls;
      const result = new ToolMessage({ content: await getWeather.invoke(call.args), tool_call_id: call.id });
      assert.equal((await model.invoke([question, asked, result])).content, "It is rain in Oslo.");
    },
  },
);
