import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "@bullpen/contracts";
import { acceptResponse } from "./accept-response.js";
import { itemIdOf, responseIdOf } from "./item-ids.js";
import type { ResponseQuery } from "./response-query.js";

function optionsOf(tenant: string) {
  const models = { defaultModel: "m", knownModels: new Set(["m"]), knownTools: [] };
  return { tenant, class: "interactive" as const, ...models };
}

test("a response of another tenant is continued by nobody, nor are its items found", async () => {
  const id = newId("query");
  const { job } = await acceptResponse({ input: "secret" }, optionsOf("own"), async () => undefined);
  const turn = { text: "told", finish_reason: "stop" as const, duration_ms: 1 };
  const usage = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 };
  const earlier: ResponseQuery = {
    ...{ id, job, status: "completed", createdAt: 1, finishedAt: 2 },
    transcript: { steps: [{ turn: { ...turn, usage }, observation: undefined }], end: undefined },
    outcome: { status: "completed", answer: "told" },
  };
  const find = async (queryId: string) => (queryId === id ? earlier : undefined);
  const next = { input: "and now?", previous_response_id: responseIdOf(id) };
  const item = {
    input: [
      { type: "item_reference", id: itemIdOf("message", id, 0) },
      { role: "user", content: "x" },
    ],
  };
  const { job: mine } = await acceptResponse(next, optionsOf("own"), find);
  assert.deepEqual(
    mine.history?.map(({ content }) => content),
    ["secret", "told"],
  );
  const { job: referred } = await acceptResponse(item, optionsOf("own"), find);
  assert.deepEqual(
    referred.history?.map(({ content }) => content),
    ["told"],
  );
  await assert.rejects(acceptResponse(next, optionsOf("other"), find), {
    code: "previous_response_not_found",
  });
  await assert.rejects(acceptResponse(item, optionsOf("other"), find), { code: "item_not_found" });
});
