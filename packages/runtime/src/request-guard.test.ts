import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { connect } from "node:net";
import { hostname } from "node:os";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { hostListSetting } from "./host-name.js";
import { closeServer, listen } from "./listen.js";
import { originListSetting } from "./origin-list.js";
import { parseEnv } from "./parse-env.js";
import { RequestGuard } from "./request-guard.js";

const settings = z.object({ ALLOWED_HOSTS: hostListSetting, CORS_ORIGINS: originListSetting });

/** Requests go over the wire, so that they are what Node makes of them. */
let guard: RequestGuard;
let port = 0;
const server = createServer((request: IncomingMessage, response) => {
  response.statusCode = guard.refusalOf(request)?.status ?? 200;
  response.end();
});

before(async () => {
  guard = new RequestGuard({
    HOST: "inner.example",
    ...parseEnv(settings, {
      ALLOWED_HOSTS: "api, Bullpen.Example.COM.,,*.lan.example",
      CORS_ORIGINS: "https://chat.example.com:443/,http://localhost:8080,chrome-extension://abcdef",
    }),
  });
  port = Number(new URL(await listen(server, "127.0.0.1", 0, "PORT")).port);
});
after(() => closeServer(server));

async function statusOf(head: string): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  socket.end(`${head}\r\nConnection: close\r\n\r\n`);
  let answer = "";
  for await (const part of socket) answer += part;
  return Number(answer.split(" ")[1]);
}

describe("a request's host", () => {
  const known = [
    "localhost",
    "localhost:3000",
    "LOCALHOST",
    "localhost.",
    "localhost.:3000",
    "app.localhost:3000",
    "127.0.0.1",
    "127.1:3000",
    "2130706433",
    "0.0.0.0:3000",
    "192.168.1.5:3000",
    "[::1]",
    "[::1]:3000",
    "[2001:DB8::1]",
    "inner.example",
    "api:3000",
    "bullpen.example.com",
    "BULLPEN.example.com.:443",
    "gpu1.lan.example",
    "host.docker.internal:3000",
    hostname(),
  ];
  const unknown = [
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example",
    "evil-localhost",
    "127.0.0.1.evil.example",
    "0x7f000001.evil.example",
    "lan.example",
    "xlan.example",
    "api.evil.example",
    "bullpen.example.com.evil.example",
  ];
  const malformed = [
    "",
    " ",
    "a b",
    "localhost:port",
    "localhost:3000:3000",
    "localhost/",
    "localhost@evil.example",
    "evil.example#localhost",
    "http://localhost",
    "[::1",
    "::1",
    "localhost,evil.example",
    "lócalhost",
    ".",
    "256.256.256.256",
    "1.2.3.4.5",
    "x".repeat(70_000 / 10),
  ];
  for (const host of known) {
    test(`${host} is answered`, async () =>
      assert.equal(await statusOf(`GET / HTTP/1.1\r\nHost: ${host}`), 200));
  }
  for (const host of unknown) {
    test(`${host} is misdirected`, async () =>
      assert.equal(await statusOf(`GET / HTTP/1.1\r\nHost: ${host}`), 421));
  }
  for (const host of malformed) {
    test(`"${host.slice(0, 30)}" is refused`, async () => {
      const status = await statusOf(`GET / HTTP/1.1\r\nHost: ${host}`);
      assert.ok(status === 400 || (host.startsWith("xx") && status === 421), String(status));
    });
  }

  test("two hosts, none, and targets that name another", async () => {
    assert.equal(await statusOf("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost"), 400);
    assert.equal(await statusOf("GET / HTTP/1.1\r\nHost: localhost\r\nhOsT: evil.example"), 400);
    assert.equal(await statusOf("GET / HTTP/1.1"), 400);
    assert.equal(await statusOf("GET / HTTP/1.0"), 200);
    assert.equal(await statusOf("GET http://evil.example/ HTTP/1.1\r\nHost: localhost"), 421);
    assert.equal(await statusOf("GET http://a@localhost/ HTTP/1.1\r\nHost: localhost"), 400);
    assert.equal(await statusOf("GET http://localhost/ HTTP/1.1\r\nHost: evil.example"), 421);
    assert.equal(await statusOf("GET http://127.0.0.1:3000/x HTTP/1.1\r\nHost: localhost"), 200);
    assert.equal(await statusOf("GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost"), 421);
  });

  test("any is answered when the operator says so", () => {
    const open = new RequestGuard({ HOST: "127.0.0.1", ALLOWED_HOSTS: ["*"] });
    // A cast: the check reads only these fields.
    const request = {
      rawHeaders: ["Host", "evil.example"],
      headers: { host: "evil.example" },
    } as IncomingMessage;
    assert.equal(open.refusalOf(request), undefined);
  });
});

describe("a request's site", () => {
  const local = "Host: localhost:3000";
  const cases: [name: string, request: string, status: number][] = [
    ["a program's", `POST / HTTP/1.1\r\n${local}`, 200],
    ["Node's fetch", `POST / HTTP/1.1\r\n${local}\r\nSec-Fetch-Mode: cors`, 200],
    ["its own page's", `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://localhost:3000`, 200],
    ["its own page's behind TLS", `POST / HTTP/1.1\r\nHost: api\r\nOrigin: https://api`, 200],
    [
      "its own page's behind a proxy that sends its own Host",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: https://bullpen.example.com\r\nSec-Fetch-Site: same-origin`,
      200,
    ],
    ["the user's own", `GET / HTTP/1.1\r\n${local}\r\nSec-Fetch-Site: none`, 200],
    [
      "a followed link",
      `GET / HTTP/1.1\r\n${local}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document`,
      200,
    ],
    [
      "a page in a frame",
      `GET / HTTP/1.1\r\n${local}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe`,
      403,
    ],
    [
      "a form",
      `POST / HTTP/1.1\r\n${local}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document`,
      403,
    ],
    ["an image", `GET / HTTP/1.1\r\n${local}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors`, 403],
    [
      "another port's",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://localhost:4000\r\nSec-Fetch-Site: same-site`,
      403,
    ],
    [
      "another port's in a browser without Sec-Fetch",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://localhost:4000`,
      403,
    ],
    [
      "another site's in a browser without Sec-Fetch",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://evil.example`,
      403,
    ],
    [
      "another site's that calls itself the user's",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://evil.example\r\nSec-Fetch-Site: none`,
      403,
    ],
    ["a page without an origin", `POST / HTTP/1.1\r\n${local}\r\nOrigin: null`, 403],
    ["a file's", `POST / HTTP/1.1\r\n${local}\r\nOrigin: file://`, 403],
    [
      "an origin that only begins like it",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://localhost:3000.evil.example`,
      403,
    ],
    [
      "two origins",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://localhost:3000\r\nOrigin: http://evil.example`,
      403,
    ],
    ["a DELETE", `DELETE / HTTP/1.1\r\n${local}\r\nOrigin: http://evil.example`, 403],
    [
      "a question before",
      `OPTIONS / HTTP/1.1\r\n${local}\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST`,
      403,
    ],
    ["an unknown site", `POST / HTTP/1.1\r\n${local}\r\nSec-Fetch-Site: odd`, 403],
    [
      "an allowed origin's",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: https://chat.example.com\r\nSec-Fetch-Site: cross-site`,
      200,
    ],
    ["an allowed extension's", `POST / HTTP/1.1\r\n${local}\r\nOrigin: chrome-extension://abcdef`, 200],
    [
      "an allowed origin's in another scheme",
      `POST / HTTP/1.1\r\n${local}\r\nOrigin: http://chat.example.com`,
      403,
    ],
  ];
  for (const [name, request, status] of cases) {
    test(`${name}: ${status}`, async () => assert.equal(await statusOf(request), status));
  }
});

test("a name or origin that is none is refused at the start, by name", () => {
  const bad: [Record<string, string>, RegExp][] = [
    [{ ALLOWED_HOSTS: "https://api" }, /"https:\/\/api" is no host name/],
    [{ ALLOWED_HOSTS: "api,b/c" }, /"b\/c" is no host name/],
    [{ ALLOWED_HOSTS: "api:3000" }, /"api:3000" is no host name/],
    [{ ALLOWED_HOSTS: "a*b" }, /is no host name/],
    [{ CORS_ORIGINS: "chat.example.com" }, /"chat.example.com" is no origin/],
    [{ CORS_ORIGINS: "https://chat.example.com/app" }, /is no origin/],
    [{ CORS_ORIGINS: "null" }, /is no origin/],
    [{ CORS_ORIGINS: "https://*.example.com" }, /is no origin/],
  ];
  for (const [env, message] of bad) {
    assert.throws(() => parseEnv(settings.partial(), env), message);
  }
});
