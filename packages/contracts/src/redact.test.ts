import assert from "node:assert/strict";
import { test } from "node:test";
import { redact, redactContent, redactHead, redactJson } from "./redact.js";
import { describeError, redactError, redactValue } from "./redact-values.js";
import { registerArguments, registerHeaders, registerSecrets, registerSettings } from "./secrets.js";

/** Passwords as people have them; none is registered, so each is found by its place. */
const ODD = ["s3cret-old", "pa/ss", "p@ss:w/rd%", "a#b?c", "p%zz", "p%40ss", "ünïcode€", "x".repeat(300)];

for (const [i, odd] of ODD.entries()) {
  const mark = `MARK${i}`;
  const secret = `${mark}${odd}${mark}`;
  const encoded = encodeURIComponent(secret);
  const places = [
    `redis://:${secret}@127.0.0.1:6379/0`,
    `connect to redis://default:${secret}@host failed`,
    `http://bob:${secret}@host:8080/search?q=a: ECONNREFUSED`,
    `rediss://user:${encoded}@host, then http://x:${encoded}@y`,
    `https://${encoded}@host/`,
    `http://host/?password=${encoded}&q=1`,
    `redis://host:6379?password=${encoded}`,
    `http://host:80/a?next=redis://u:${encoded}@h`,
    `GET /v1?api_key=${encoded} and token=${encoded}`,
    `Authorization: Basic ${Buffer.from(secret).toString("base64")}${mark}`,
    `authorization: Bearer ${encoded}`,
    `x-api-key: ${secret}`,
    `Cookie: a=b; session=${secret}`,
    `sent Bearer ${Buffer.from(secret).toString("base64url")}${mark} to`,
    `"args":["3","AUTH","default",${JSON.stringify(encoded)}]`,
    `AUTH default ${encoded}`,
    JSON.stringify(JSON.stringify({ password: encoded })),
    `requirepass ${encoded}`,
    `GET /v1/bp_0123456789abcdef_${Buffer.from(secret).toString("base64url")}${mark}`,
  ];
  test(`${JSON.stringify(odd.slice(0, 12))} is found by its place`, () => {
    for (const place of places) assert.doesNotMatch(redact(place), /MARK/, place);
  });
  test(`a line of JSON with ${JSON.stringify(odd.slice(0, 12))} stays one`, () => {
    for (const place of places) {
      const line = redactJson(JSON.stringify({ msg: place, pid: 1234 }));
      assert.equal(JSON.parse(line).pid, 1234);
      assert.doesNotMatch(line, /MARK/);
    }
  });
}

test("a registered secret is found in every form", () => {
  for (const odd of [...ODD, 'quo"te\\back', "<&'>html", "sp ace+plus", "(paren)!*'"]) {
    const secret = `REG${odd}REG`;
    registerSecrets(secret);
    const base64 = (before: string) => Buffer.from(`${before}${secret}tail`).toString("base64");
    const forms = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase().replaceAll("reg", "REG"),
      encodeURI(secret),
      new URLSearchParams({ x: secret }).toString(),
      JSON.stringify({ x: secret }),
      Buffer.from(secret).toString("hex"),
      secret
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll("'", "&#39;"),
    ];
    for (const form of forms) {
      assert.doesNotMatch(redact(`x ${form} y`), /REG/, form);
      assert.doesNotMatch(redactContent(`x ${form} y`), /REG/, form);
    }
    const core = Buffer.from(secret).toString("base64").slice(4, -4);
    assert.ok(!redact(`x ${Buffer.from(secret).toString("base64")} y`).includes(core), odd);
    for (const before of ["", "a", "ab", "user:"]) {
      const bare = redact(`x ${base64(before)} y`).match(/[A-Za-z0-9+/]{12,}/g) ?? [];
      for (const part of bare)
        assert.doesNotMatch(Buffer.from(part, "base64").toString("latin1"), /REG/, odd);
    }
  }
});

test("what is configured is known by name, by URL and as a header", () => {
  registerSettings({
    LLM_API_KEY: "KNOWN-llm-key-1",
    AWS_SECRET_ACCESS_KEY: "KNOWN/aws+key",
    SEARCH_PROXY: "http://bob:KNOWN%2Fproxy@proxy:3128",
    MIRROR: "https://host/?token=KNOWN-in-query-7",
    BROKEN_URL: "redis://:KNOWN@half/of#it@host",
    PWD: "/some/folder",
    OTHER_API_KEY: "none",
  });
  registerHeaders({
    Authorization: "Bearer KNOWN-bearer-2",
    "X-Tenant": "KNOWN-tenant-9",
    accept: "text/plain",
  });
  registerArguments(["--token", "KNOWN-argument-1", "--api-key=KNOWN-argument-2", "--level", "debug"]);
  const said = [
    "KNOWN-llm-key-1 KNOWN/aws+key KNOWN/proxy KNOWN%2Fproxy KNOWN-in-query-7 KNOWN@half/of#it",
    "KNOWN-bearer-2 KNOWN-tenant-9 KNOWN-argument-1 KNOWN-argument-2",
    Buffer.from("bob:KNOWN/proxy").toString("base64"),
  ].join(" ");
  assert.doesNotMatch(redact(said), /KNOWN|Ym9i/);
  assert.equal(redact("none /some/folder text/plain debug"), "none /some/folder text/plain debug");
});

test("what is no secret stays as it is", () => {
  const plain = [
    "http://127.0.0.1:8080/@scope/name?q=a@b.example",
    "see https://example.com/a?b=c, and mail me@example.com",
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used",
    "ERR AUTH <password> called without any password configured",
    "SyntaxError: unexpected token: else; max_tokens=5; 300 tokens: too many",
    "ws://[::1]:80/x@y",
    "Clients send it as `Authorization: Bearer …`, the command line as BULLPEN_API_KEY.",
    '{"tokens":12,"key":"value"}',
  ];
  for (const text of plain) assert.equal(redact(text), text);
  registerSecrets("12345678", "password");
  const result = "the password is at redis://u:p@h, 12345678 times";
  assert.equal(redactContent(result), result);
  assert.equal(redactJson('{"pid":12345678}'), '{"pid":12345678}');
});

test("errors lose the fields in which clients keep commands and requests", () => {
  const error = Object.assign(
    new Error("WRONGPASS for redis://:FIELD-1@h", { cause: new Error("FIELD=1 token=FIELD") }),
    {
      command: { name: "hello", args: ["3", "AUTH", "default", "FIELD-2"] },
      request: { headers: { authorization: "FIELD-3" } },
      input: "redis://:FIELD/4@h",
      code: "ERR_INVALID_URL",
    },
  );
  error.cause = Object.assign(new Error("token=FIELD-5"), { command: error.command });
  const logged = redactValue({ err: error, args: ["AUTH", "FIELD-6"], headers: { cookie: "FIELD-7" } });
  assert.doesNotMatch(JSON.stringify(logged), /FIELD/);
  assert.match(JSON.stringify(logged), /"command":"hello"/);
  assert.match(JSON.stringify(logged), /ERR_INVALID_URL/);
  assert.doesNotMatch(describeError(error), /FIELD/);
  assert.equal(redactError(error), error);
  assert.doesNotMatch(`${error.message} ${error.stack}`, /FIELD/);
});

test("long texts take linear time", () => {
  const hard = ["://", "a", "token=", "AUTH ", "authorization: ", '"auth","', "http://a:b", "Bearer a"];
  for (const part of hard) {
    const startedAt = performance.now();
    redact(part.repeat(1_000_000 / part.length));
    assert.ok(performance.now() - startedAt < 2_000, part);
  }
});

test("what a cut leaves of a secret is taken out, wherever the cut goes through", () => {
  const secret = "CutMark-9d8f7a6b5c4e3f2a1b0c";
  registerSecrets(secret);
  for (let before = 0; before <= 60; before++) {
    for (const after of ["", " and more text that is left out", secret.repeat(3)]) {
      const text = `${"x".repeat(before)} ${secret}${after}`;
      for (const length of [1, 10, 20, 40]) {
        const head = redactHead(text, length);
        assert.doesNotMatch(head, /CutM/, `${before} ${length}`);
        assert.ok(head.length <= length + 1 || text.length <= length, head);
      }
    }
  }
  assert.equal(redactHead("short", 10), "short");
  assert.equal(redactHead(`key ${secret} was refused by the server`, 20), "key *** was refused …");
  // Cut by somebody who does not know the secret, such as the process of a tool.
  for (let length = 6; length < secret.length; length++) {
    assert.equal(redactContent(`the key ${secret.slice(0, length)}…`), "the key ***…");
    assert.equal(redact(`the key ${secret.slice(0, length)}…`), "the key ***…");
  }
  assert.equal(redactContent("a scissors' CutMa…"), "a scissors' CutMa…");
});
