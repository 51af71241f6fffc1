import type { BullpenClient } from "@bullpen/client";
import { callIdOf } from "@bullpen/contracts";
import type { OpenApiDocument } from "@bullpen/protocol/openapi";
import { batchLine } from "../testing/batch-lines.js";
import type { HttpRequest } from "./http-request.js";

/** Where nobody listens: tests of webhooks fail at once. */
const NOWHERE = "http://127.0.0.1:9/";

/** Queries that leave nothing to wait for. */
const QUICK: Readonly<Record<string, string>> = { wait: "0", follow: "false", limit: "2" };

/** A valid request for every operation of the document, on objects that are there. They are made again each time. */
export async function validRequests(
  client: BullpenClient,
  document: OpenApiDocument,
  url: string,
): Promise<HttpRequest[]> {
  const submitted = await client.queries.submit({ query: "hello" });
  const file = await client.files.upload(batchLine("a", "hello"), { filename: "a.jsonl" });
  const batch = await client.batches.create({ input_file_id: file.id });
  await client.batches.wait(batch.id);
  const endpoint = await client.webhookEndpoints.create({ url: NOWHERE, event_types: ["batch.completed"] });
  const [model] = await client.models.list();
  const ids: Readonly<Record<string, string>> = {
    queries: submitted.id,
    responses: await makeResponse(url),
    tool_calls: callIdOf(submitted.id, 0),
    files: file.id,
    batches: batch.id,
    webhook_endpoints: endpoint.id,
    models: model?.id ?? "",
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): HttpRequest => {
      const id = ids[path.split("/")[2] ?? ""] ?? "";
      const names = operation.parameters.filter((parameter) => parameter.in === "query");
      const query = new URLSearchParams();
      for (const { name } of names) if (QUICK[name] !== undefined) query.set(name, QUICK[name]);
      const { headers, body } = bodyOf(operation.requestBody?.content ?? {}, ids);
      return {
        method: method.toUpperCase(),
        target: `${path.replace(/\{\w+\}/, id)}?${query}`.replace(/\?$/, ""),
        headers: [["host", "localhost"], ["accept", "*/*"], ["user-agent", "mutations"], ...headers],
        body,
      };
    }),
  );
}

async function makeResponse(url: string): Promise<string> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ input: "hello", background: true });
  const response = await fetch(`${url}/v1/responses`, { method: "POST", headers, body });
  return ((await response.json()) as { id: string }).id; // the api's
}

type Content = NonNullable<OpenApiDocument["paths"][string][string]["requestBody"]>["content"];

/** The example of a body, about the objects that are there; a file as a form. */
function bodyOf(content: Content, ids: Readonly<Record<string, string>>) {
  const [type, media] = Object.entries(content)[0] ?? [];
  if (type === undefined) return { headers: [], body: new Uint8Array() };
  const text = type === "application/json" ? jsonOf(media?.example, ids) : FORM;
  const body = Buffer.from(text);
  const contentType = type === "application/json" ? type : `${type}; boundary=edge`;
  const headers = [
    ["content-type", contentType],
    ["content-length", String(body.length)],
    ["idempotency-key", `key-${Math.random()}`],
  ] as const;
  return { headers, body };
}

function jsonOf(example: unknown, ids: Readonly<Record<string, string>>): string {
  return JSON.stringify(example)
    .replace(/"file-[0-9a-z]{24}"/g, JSON.stringify(ids.files))
    .replace(/"query_[0-9a-z]{24}-\d+"/g, JSON.stringify(ids.tool_calls))
    .replace(/"https?:\/\/[^"]*"/g, JSON.stringify(NOWHERE))
    .replace(/"wait_seconds":\d+/, '"wait_seconds":0');
}

const FORM = [
  "--edge",
  'content-disposition: form-data; name="purpose"',
  "",
  "batch",
  "--edge",
  'content-disposition: form-data; name="file"; filename="a.jsonl"',
  "content-type: application/jsonl",
  "",
  batchLine("a", "hello"),
  "--edge--",
  "",
].join("\r\n");
