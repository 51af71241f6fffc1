// The official client for Node.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { toFile } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL, SUM, TOTAL } from "./features.mjs";

const demo = new OpenAI({ baseURL: DEMO_URL, apiKey: "none" });
const scripted = new OpenAI({ baseURL: SCRIPTED_URL, apiKey: "none" });
const Weather = z.object({ town: z.string(), degrees: z.number() });
const sum = { model: DEMO_MODEL, messages: [{ role: "user", content: SUM }] };
const asking = (content) => ({ model: "scripted", messages: [{ role: "user", content }] });
const getWeather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Tells the weather of a town.",
    parameters: { type: "object", properties: { town: { type: "string" } } },
    parse: JSON.parse,
    function: ({ town }) => `rain in ${town}`,
  },
};
const RAIN = 'Say «get_weather {"town": "Oslo"}» «get_weather {"town": "Bergen"}» «{result}.»';

await runFeatures(
  { client: "OpenAI for Node", packages: ["openai"] },
  {
    "chat, answered with Bullpen's own tools": async () => {
      const { choices } = await demo.chat.completions.create(sum);
      assert.match(choices[0].message.content, RegExp(TOTAL));
    },
    "streamed chat": async () => {
      let text = "";
      for await (const { choices } of await demo.chat.completions.create({ ...sum, stream: true }))
        text += choices[0]?.delta.content ?? "";
      assert.match(text, RegExp(TOTAL));
    },
    "`parse()` with a zod schema": async () => {
      const response_format = zodResponseFormat(Weather, "weather");
      const body = { ...asking('Say «{"town": "Oslo", "degrees": -3}»'), response_format };
      const { choices } = await scripted.chat.completions.parse(body);
      assert.deepEqual(choices[0].message.parsed, { town: "Oslo", degrees: -3 });
    },
    "tools, over several turns by `runTools()`": async () => {
      const runner = scripted.chat.completions.runTools({ ...asking(RAIN), tools: [getWeather] });
      assert.equal(await runner.finalContent(), "rain in Oslo, rain in Bergen.");
    },
    "`runTools()`, streamed": async () => {
      const runner = scripted.chat.completions.runTools({
        ...asking(RAIN),
        tools: [getWeather],
        stream: true,
      });
      assert.equal(await runner.finalContent(), "rain in Oslo, rain in Bergen.");
    },
    "batch: upload, create, poll, download": async () => {
      const line = { custom_id: "sum", method: "POST", url: "/v1/chat/completions", body: sum };
      const file = await toFile(Buffer.from(JSON.stringify(line)), "lines.jsonl");
      const { id: input_file_id } = await demo.files.create({ file, purpose: "batch" });
      const endpoint = "/v1/chat/completions";
      let batch = await demo.batches.create({ input_file_id, endpoint, completion_window: "24h" });
      while (["validating", "in_progress", "finalizing"].includes(batch.status)) {
        await sleep(200);
        batch = await demo.batches.retrieve(batch.id);
      }
      assert.equal(batch.status, "completed");
      const output = await (await demo.files.content(batch.output_file_id)).text();
      assert.match(JSON.parse(output).response.body.choices[0].message.content, RegExp(TOTAL));
    },
    "`logprobs` of an answer without tools": async () => {
      const body = { ...sum, logprobs: true, top_logprobs: 3, bullpen: { tools: [] } };
      const [{ logprobs, message }] = (await demo.chat.completions.create(body)).choices;
      assert.equal(
        logprobs.content
          .map(({ token }) => token)
          .join("")
          .trim(),
        message.content.trim(),
      );
    },
    "Responses, answered with Bullpen's own tools": async () => {
      const { output_text } = await demo.responses.create({ model: DEMO_MODEL, input: SUM });
      assert.match(output_text, RegExp(TOTAL));
    },
    "Responses: a call, its result by `previous_response_id`, the answer": async () => {
      const { name, parameters } = getWeather.function;
      const body = { model: "scripted", tools: [{ type: "function", name, parameters, strict: null }] };
      const input = 'Say «get_weather {"town": "Oslo"}» «In Oslo: {result}.»';
      const asked = await scripted.responses.create({ ...body, input });
      const [call] = asked.output;
      assert.deepEqual(JSON.parse(call.arguments), { town: "Oslo" });
      const result = { type: "function_call_output", call_id: call.call_id, output: "rain" };
      const further = { ...body, previous_response_id: asked.id, input: [result] };
      assert.equal((await scripted.responses.create(further)).output_text, "In Oslo: rain.");
    },
    "Responses, streamed": async () => {
      const stream = demo.responses.stream({ model: DEMO_MODEL, input: SUM });
      let text = "";
      stream.on("response.output_text.delta", ({ delta }) => {
        text += delta;
      });
      const { output_text } = await stream.finalResponse();
      assert.equal(text, output_text);
      assert.match(text, RegExp(TOTAL));
    },
  },
);
