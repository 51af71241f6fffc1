import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { after, before, describe, test } from "node:test";
import type { ApiContext } from "@bullpen/api/api-context";
import { createApp } from "@bullpen/api/create-app";
import { eventTypeSchema } from "@bullpen/contracts";
import { type OpenApiDocument, openApiDocument } from "@bullpen/protocol/openapi";
import { createMetrics } from "@bullpen/runtime";
import { Validator } from "@seriousme/openapi-schema-validator";
import { AnswerChecker } from "../testing/answers/answer-checker.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

let redis: TestRedis;
let api: TestApi;
before(async () => {
  redis = await startTestRedis();
  api = await startTestApi(redis.url);
});
after(async () => {
  await api.stop();
  await redis.stop();
});

async function served(): Promise<OpenApiDocument> {
  const { body } = await api.raw.get("/openapi.json");
  return body as unknown as OpenApiDocument; // validated below
}

describe("/openapi.json", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const document = JSON.parse(JSON.stringify(await served())) as Record<string, unknown>; // JSON's own
    const { valid, errors } = await validator.validate(document);
    assert.equal(valid, true, JSON.stringify(errors, undefined, 1)?.slice(0, 2_000));
    assert.equal(validator.version, "3.1");
  });

  test("has every route of the app, and no other", async () => {
    const documented = Object.entries((await served()).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(documented.toSorted(), routesOf().toSorted());
  });

  test("has every event type as a webhook, with the headers that sign it", async () => {
    const { webhooks } = await served();
    assert.deepEqual(Object.keys(webhooks), eventTypeSchema.options);
    for (const { post } of Object.values(webhooks)) {
      const headers = post?.parameters.map(({ name }) => name);
      assert.deepEqual(headers, ["webhook-id", "webhook-timestamp", "webhook-signature"]);
    }
  });

  test("names every operation once, with a summary and its errors", async () => {
    const operations = Object.values((await served()).paths).flatMap((methods) => Object.values(methods));
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
    for (const { operationId, summary, responses } of operations) {
      assert.ok(summary.length > 0, operationId);
      assert.ok(
        Object.keys(responses).some((status) => status >= "400"),
        operationId,
      );
    }
  });

  test("has examples that fit their schemas", async () => {
    const document = await served();
    const checker = new AnswerChecker(document);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      for (const example of (schema.examples ?? []) as object[]) {
        assert.equal(checker.mismatch({ $ref: `#/components/schemas/${name}` }, example), undefined, name);
      }
    }
  });
});

test("every path refuses the methods that it has not, and names those that it has", async () => {
  for (const [path, methods] of Object.entries((await served()).paths)) {
    const response = await fetch(api.url + path.replace(/\{\w+\}/, "nowhere"), { method: "PATCH" });
    const allowed = Object.keys(methods).map((method) => method.toUpperCase());
    assert.equal(response.status, 405, path);
    assert.deepEqual((response.headers.get("allow") ?? "").split(", ").toSorted(), allowed.toSorted(), path);
    await response.text();
  }
});

test("the reference page has every operation and loads nothing", async () => {
  const response = await fetch(`${api.url}/docs`);
  const page = await response.text();
  assert.equal(response.status, 200);
  assert.match(
    response.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; style-src 'sha256-/,
  );
  assert.doesNotMatch(page, /<script|<link|<img|src=|url\(|@import|undefined|\[object/);
  const { paths, webhooks } = await served();
  for (const methods of [...Object.values(paths), ...Object.values(webhooks)]) {
    for (const { operationId } of Object.values(methods))
      assert.ok(page.includes(`id="${operationId}"`), operationId);
  }
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => `id="${id}"`);
  for (const target of targets) assert.ok(page.includes(target), target);
});

describe("an answer that does not fit the document is found", () => {
  const checker = new AnswerChecker(openApiDocument("0.0.0"));
  const answer = { method: "GET", path: "/v1/models", status: 200, type: "application/json; charset=utf-8" };
  const model = {
    id: "demo",
    object: "model",
    created: 1,
    owned_by: "bullpen",
    bullpen: { served: true, context_tokens: 1 },
  };
  const problemOf = (change: object, entry: object = model) => {
    const body = JSON.stringify({ object: "list", data: [entry] });
    return checker.problemOf({ ...answer, body, ...change });
  };

  test("none is found in one that fits", () => assert.equal(problemOf({}), undefined));
  test("a field too many", () => assert.match(problemOf({}, { ...model, secret: 1 }) ?? "", /additional/));
  test("a field of another type", () => assert.match(problemOf({}, { ...model, id: 1 }) ?? "", /string/));
  test("a field that is missing", () => assert.match(problemOf({}, { id: "demo" }) ?? "", /required/));
  test("a status", () => assert.match(problemOf({ status: 201 }) ?? "", /201 is not documented/));
  test("a media type", () => assert.match(problemOf({ type: "text/html" }) ?? "", /text\/html/));
  test("an error code", () => {
    const body = JSON.stringify({ error: { message: "m", type: "t", code: "query_not_found", param: null } });
    assert.match(problemOf({ status: 400, body }) ?? "", /query_not_found is not documented/);
  });
});

describe("a webhook that does not fit the document is found", () => {
  const checker = new AnswerChecker(openApiDocument("0.0.0"));
  const event = {
    id: "evt_1",
    object: "event",
    type: "batch.failed",
    created_at: 1,
    data: { id: "batch_1" },
  };
  const signed = { "webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,c2ln" };
  const problemOf = (body: object, headers: IncomingHttpHeaders = signed) =>
    checker.problemOfWebhook({ headers, webhook: JSON.stringify(body) });

  test("none is found in one that fits", () => assert.equal(problemOf(event), undefined));
  test("a field too many", () => assert.match(problemOf({ ...event, secret: 1 }) ?? "", /additional/));
  test("an unknown event type", () =>
    assert.match(problemOf({ ...event, type: "batch.lost" }) ?? "", /"batch\.lost" is not documented/));
  test("a header that is missing", () => {
    const { "webhook-signature": _, ...unsigned } = signed;
    assert.match(problemOf(event, unsigned) ?? "", /webhook-signature/);
  });
});

/** The routes that Express has, as OpenAPI writes them. */
function routesOf(): string[] {
  // A cast: routes are added without their handlers being called.
  const parts = { metrics: createMetrics("api") };
  const context = new Proxy(parts, {
    get: (target, name) => Reflect.get(target, name) ?? {},
  }) as unknown as ApiContext;
  return createApp(context).router.stack.flatMap(({ route }) => {
    if (!route) return [];
    const path = route.path.replace(/[:*](\w+)/g, "{$1}");
    const methods = new Set(route.stack.map(({ method }) => method).filter((method) => method !== undefined));
    return [...methods].map((method) => `${method.toUpperCase()} ${path}`);
  });
}
