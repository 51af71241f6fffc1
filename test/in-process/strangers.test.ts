import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { createHealthServer, createMetrics, listen } from "@bullpen/runtime";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

const PAGE = "https://chat.example.com";
const PROTECTED = [
  "content-security-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "x-content-type-options",
  "x-frame-options",
];
const ID = "0".repeat(24);
/** Every route that changes something, those without a body among them. */
const CHANGING = [
  "POST /v1/queries",
  `POST /v1/queries/query_${ID}/cancel`,
  "POST /v1/chat/completions",
  "POST /v1/files",
  `DELETE /v1/files/file-${ID}`,
  "POST /v1/batches",
  `POST /v1/batches/batch_${ID}/cancel`,
  "POST /v1/webhook_endpoints",
  `POST /v1/webhook_endpoints/whe_${ID}`,
  `DELETE /v1/webhook_endpoints/whe_${ID}`,
  `POST /v1/webhook_endpoints/whe_${ID}/rotate_secret`,
  `POST /v1/webhook_endpoints/whe_${ID}/test`,
];
const READING = ["GET /healthz", "GET /readyz", "GET /metrics", "GET /v1/queries", "GET /nowhere"];

let redis: TestRedis;
let api: TestApi;

before(async () => {
  redis = await startTestRedis();
  api = await startTestApi(redis.url, { CORS_ORIGINS: [PAGE] });
});
after(async () => {
  await api.stop();
  await redis.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** `fetch` would not send these headers. */
async function ask(route: string, headers: Record<string, string>, base = api.url): Promise<Answer> {
  const [method, path] = route.split(" ");
  return new Promise((resolve, reject) => {
    request(base + path, { method, headers, agent: false }, async (response) => {
      let text = "";
      for await (const part of response) text += part;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    })
      .on("error", reject)
      .end();
  });
}

describe("web pages and the api", () => {
  for (const route of [...CHANGING, ...READING]) {
    test(`${route} is refused to pages of other sites and under other names`, async () => {
      const page = await ask(route, { origin: "https://evil.example" });
      assert.deepEqual([page.status, page.headers["access-control-allow-origin"]], [403, undefined]);
      assert.match(page.text, /evil\.example.*CORS_ORIGINS/);
      assert.equal((await ask(route, { "sec-fetch-site": "same-site" })).status, 403);
      const rebound = await ask(route, { host: "evil.example:3000", "sec-fetch-site": "same-origin" });
      assert.equal(rebound.status, 421);
      assert.match(rebound.text, /ALLOWED_HOSTS/);
    });
  }

  test("an allowed origin gets the answers that the OpenAI client needs, errors among them", async () => {
    const preflight = await ask("OPTIONS /v1/chat/completions", {
      origin: PAGE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-stainless-lang,x-stainless-retry-count",
      "access-control-request-private-network": "true",
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers["access-control-allow-origin"], PAGE);
    assert.match(
      String(preflight.headers["access-control-allow-headers"]),
      /authorization.*x-stainless-lang/,
    );
    assert.match(String(preflight.headers["access-control-allow-methods"]), /POST.*DELETE/);
    assert.equal(preflight.headers["access-control-allow-private-network"], undefined);
    for (const route of ["GET /v1/models", "GET /v1/nowhere", "POST /v1/queries"]) {
      const { headers } = await ask(route, { origin: PAGE, "sec-fetch-site": "cross-site" });
      assert.equal(headers["access-control-allow-origin"], PAGE, route);
      assert.match(String(headers["access-control-expose-headers"]), /retry-after.*x-request-id/);
      assert.match(String(headers.vary), /origin/i);
    }
  });

  test("every answer says that it is no page of others, and not what wrote it", async () => {
    for (const route of [...CHANGING, ...READING, "PUT /v1/queries", "OPTIONS /v1/models"]) {
      for (const host of ["localhost", "evil.example"]) {
        const { headers } = await ask(route, { host });
        for (const name of PROTECTED) assert.ok(headers[name], `${route}: ${name}`);
        assert.equal(headers["x-powered-by"], undefined, route);
      }
    }
  });
});

describe("web pages and the health servers", () => {
  test("pages and other names are refused, the machine's and the operator's are answered", async () => {
    const server = createHealthServer({
      env: { HOST: "127.0.0.1", ALLOWED_HOSTS: ["worker"] },
      metrics: createMetrics("worker"),
      checkReady: async () => {},
    });
    const url = await listen(server, "127.0.0.1", 0, "WORKER_PORT");
    try {
      for (const path of ["/healthz", "/readyz", "/metrics", "/metrics.json", "/nowhere"]) {
        const status = async (headers: Record<string, string>) => {
          const answer = await ask(`GET ${path}`, headers, url);
          for (const name of PROTECTED) assert.ok(answer.headers[name], `${path}: ${name}`);
          return answer.status;
        };
        assert.equal(await status({ host: "evil.example:9100" }), 421);
        assert.equal(await status({ origin: "http://evil.example" }), 403);
        const expected = path === "/nowhere" ? 404 : 200;
        assert.equal(await status({ host: "worker:9100" }), expected);
        assert.equal(await status({ host: "localhost" }), expected);
      }
      assert.equal((await ask("POST /metrics", {}, url)).status, 405);
    } finally {
      server.close();
    }
  });
});
