import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { envSchema } from "@bullpen/dashboard/env";
import { closeServer, listen, type Running } from "@bullpen/runtime";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestDashboard } from "../testing/dashboard.js";
import { type Forwarder, startForwarder } from "../testing/forwarder.js";
import { OIDC_CLIENT, startTestOidcProvider, type TestOidcProvider } from "../testing/oidc-provider.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

let folder: string;
let redis: TestRedis;
let api: TestApi;
let keys: AccessKeyStore;
let admin: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-identities-"));
  redis = await startTestRedis();
  keys = new AccessKeyStore(await LocalStore.open(folder));
  admin = (await keys.create({ tenant: "default", role: "admin", name: "first" })).key;
  api = await startTestApi(redis.url, { DATA_DIR: folder });
});
after(async () => {
  await api?.stop();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

const places = () => ({ REDIS_URL: redis.url, API_URL: api.url, DATA_DIR: folder });

interface Shown {
  readonly signed_in: boolean;
  readonly user: string | null;
  readonly tenant: string | null;
  readonly role: string | null;
}

async function sessionOf(dashboard: Running, headers: NonNullable<RequestInit["headers"]>): Promise<Shown> {
  const response = await fetch(`${dashboard.url}/session`, { headers });
  return (await response.json()) as Shown; // the dashboard's own form
}

describe("a proxy with a login", () => {
  const settings = {
    SIGN_IN_ROLES: ["ops=admin", "lab=submit@research", "*=read"],
    SIGN_IN_USER_HEADER: "remote-user",
    SIGN_IN_GROUPS_HEADER: "remote-groups",
  };
  let trusting: Running;
  let other: Running;
  before(async () => {
    trusting = await startTestDashboard({ ...places(), ...settings, SIGN_IN_PROXIES: ["127.0.0.1/32"] });
    other = await startTestDashboard({ ...places(), ...settings, SIGN_IN_PROXIES: ["10.0.0.0/8"] });
  });
  after(async () => {
    await trusting?.stop();
    await other?.stop();
  });

  test("names users, whose groups give them a role and a tenant", async () => {
    const cases: readonly [string, string | undefined, string, string][] = [
      ["alice", "staff, ops", "admin", "default"],
      ["bob", "lab", "submit", "research"],
      ["carol", undefined, "read", "default"],
      ["Dörte M", "", "read", "default"],
    ];
    for (const [user, groups, role, tenant] of cases) {
      const headers = {
        "remote-user": Buffer.from(user).toString("latin1"),
        ...(groups !== undefined && { "remote-groups": groups }),
      };
      const session = await sessionOf(trusting, headers);
      assert.deepEqual([session.signed_in, session.role, session.tenant], [true, role, tenant], user);
      const queries = await fetch(`${trusting.url}/v1/queries`, { headers });
      assert.equal(queries.status, 200, user);
      const board = await fetch(`${trusting.url}/queues/api/queues`, { headers });
      assert.equal(board.status, role === "admin" ? 200 : 401, user);
    }
  });

  test("is asked for one key for all requests of a user, which is a session in the list of keys", async () => {
    const headers = { "remote-user": "erin", "remote-groups": "lab" };
    const count = async () => (await keys.list()).filter(({ user }) => user === "erin").length;
    await Promise.all(Array.from({ length: 20 }, () => sessionOf(trusting, headers)));
    assert.equal(await count(), 1);
    await sessionOf(trusting, { ...headers, "remote-groups": "ops" });
    assert.equal(await count(), 2, "another role is another session");
    const session = (await keys.list()).find(({ user }) => user === "erin");
    assert.ok(session?.expires_at !== undefined && session.expires_at > Date.now());
  });

  test("is believed from its address alone, and where its header comes once", async () => {
    const names = { "remote-user": "alice", "remote-groups": "ops" };
    const signedOut = [
      sessionOf(other, names),
      sessionOf(other, { ...names, "x-forwarded-for": "10.0.0.1" }),
      sessionOf(trusting, {}),
      sessionOf(trusting, { "remote-user": " " }),
      sessionOf(trusting, { "remote-groups": "ops" }),
      sessionOf(trusting, [
        ["remote-user", "mallory"],
        ["remote-user", "alice"],
        ["remote-groups", "ops"],
      ]),
      sessionOf(trusting, { remote_user: "alice", "x-remote-user": "alice" }),
    ];
    for (const [i, session] of (await Promise.all(signedOut)).entries()) {
      assert.equal(session.signed_in, i === 5, `${i}: ${JSON.stringify(session)}`);
    }
  });

  test("does not keep out who has a key, which counts before the proxy's header in a cookie", async () => {
    const names = { "remote-user": "carol" };
    const withKey = await sessionOf(other, { authorization: `Bearer ${admin}` });
    assert.deepEqual([withKey.role, withKey.user], ["admin", null]);
    const signIn = await fetch(`${trusting.url}/session`, {
      method: "POST",
      headers: { ...names, "content-type": "application/json" },
      body: JSON.stringify({ key: admin }),
    });
    const cookie = (signIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    assert.equal((await sessionOf(trusting, { ...names, cookie })).role, "admin");
    assert.equal((await sessionOf(trusting, names)).role, "read");
    // A proxy may use this header for its own login.
    assert.equal(
      (await sessionOf(trusting, { ...names, authorization: `Basic ${btoa("carol:secret")}` })).role,
      "read",
    );
  });
});

describe("an OpenID provider", () => {
  let provider: TestOidcProvider;
  let front: Forwarder;
  let dashboard: Running;
  const settings = () => ({
    ...places(),
    SIGN_IN_ROLES: ["*=read"],
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: OIDC_CLIENT.id,
    OIDC_CLIENT_SECRET: OIDC_CLIENT.secret,
    DASHBOARD_URL: front.url,
  });
  before(async () => {
    front = await startForwarder();
    provider = await startTestOidcProvider({
      redirectUris: [`${front.url}/session/callback`],
      groupsOf: () => [],
    });
    dashboard = await startTestDashboard(settings());
    front.leadTo(dashboard.url);
  });
  after(async () => {
    await dashboard?.stop();
    await provider?.stop();
    front?.stop();
  });

  const get = (path: string, headers: NonNullable<RequestInit["headers"]> = {}) =>
    fetch(dashboard.url + path, { redirect: "manual", headers });

  async function begin(path = "") {
    const response = await get(`/session/oidc${path}`);
    assert.equal(response.status, 303);
    const cookie = response.headers.get("set-cookie") ?? "";
    return {
      cookie,
      sentBack: cookie.split(";")[0] ?? "",
      to: new URL(response.headers.get("location") ?? ""),
    };
  }

  test("is asked for a code, with PKCE, state and nonce of their own each time", async () => {
    const [one, two] = [await begin(), await begin()];
    assert.match(one.cookie, /^bullpen_sign_in=[\w-]+; Path=\/session; HttpOnly; SameSite=Lax; Max-Age=600$/);
    const asked = Object.fromEntries(one.to.searchParams);
    assert.equal(one.to.origin, provider.issuer);
    assert.deepEqual(
      [asked.response_type, asked.code_challenge_method, asked.redirect_uri, asked.scope],
      ["code", "S256", `${front.url}/session/callback`, "openid profile email"],
    );
    for (const name of ["state", "nonce", "code_challenge"]) {
      assert.ok((asked[name]?.length ?? 0) >= 43, name);
      assert.notEqual(asked[name], two.to.searchParams.get(name), name);
    }
    assert.ok(!one.cookie.includes(asked.state ?? ""), "the cookie does not show the state");
  });

  test("signs nobody in who comes back to another browser, with another state, or with a code that is none", async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const state = mine.to.searchParams.get("state") ?? "";
    const iss = encodeURIComponent(provider.issuer);
    const cases: readonly [string, string, number, RegExp][] = [
      [`?code=x&state=${state}&iss=${iss}`, "", 400, /not begun in this browser/],
      [`?code=x&state=${state}&iss=${iss}`, theirs.sentBack, 400, /not begun in this browser/],
      [
        `?code=x&state=${state}&iss=${iss}`,
        `${mine.sentBack.slice(0, -4)}AAAA`,
        400,
        /not begun in this browser/,
      ],
      ["?code=x", mine.sentBack, 400, /not begun in this browser/],
      [`?code=x&state=${state}&state=y`, mine.sentBack, 400, /not begun in this browser/],
      [`?code=x&state=${state}&iss=https%3A%2F%2Fevil.example`, mine.sentBack, 502, /could not be used/],
      [`?code=x&state=${state}&iss=${iss}`, mine.sentBack, 502, /could not be used/],
      [
        `?error=access_denied&error_description=%3Cb%3Eno&state=${state}&iss=${iss}`,
        mine.sentBack,
        502,
        /has refused: &#60;b&#62;no\./,
      ],
    ];
    for (const [query, cookie, status, text] of cases) {
      const response = await get(`/session/callback${query}`, { cookie });
      assert.equal(response.status, status, query);
      assert.match(await response.text(), text);
      assert.doesNotMatch(response.headers.get("set-cookie") ?? "", /bullpen_session=\w/);
    }
  });

  test("is not a way to lead people elsewhere", async () => {
    for (const path of [
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "/%0aset-cookie:x",
      "/a b",
    ]) {
      const { cookie } = await begin(`?return=${encodeURIComponent(path)}`);
      assert.ok(cookie.length > 0 && !cookie.includes("evil"), path);
    }
  });

  const failing = (changes: object) => startTestDashboard({ ...settings(), ...changes });

  test("that cannot be used stops the start, with the setting and the reason", async () => {
    const nothing = await startForwarder();
    nothing.stop();
    await assert.rejects(
      failing({ OIDC_ISSUER: nothing.url }),
      /OIDC_ISSUER=.*cannot be used.*openid-configuration must be readable/s,
    );
    await assert.rejects(failing({ OIDC_ISSUER: api.url }), /OIDC_ISSUER=.*cannot be used/);
    const liar = createServer((_request, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ issuer: provider.issuer }));
    });
    const url = await listen(liar, "127.0.0.1", 0, "PORT");
    await assert.rejects(failing({ OIDC_ISSUER: url }), /name this very issuer/);
    await closeServer(liar);
  });

  test("that does not know the client or the redirect URI stops the start, and says what to register", async () => {
    const register =
      /Register this client there with the redirect URI http:.*\/session\/callback, which is made of DASHBOARD_URL/;
    await assert.rejects(failing({ DASHBOARD_URL: `${front.url}/elsewhere` }), register);
    await assert.rejects(failing({ OIDC_CLIENT_ID: "nobody" }), register);
  });

  test("is of no use before there is a key", async () => {
    const empty = await mkdtemp(join(tmpdir(), "bullpen-keyless-"));
    await assert.rejects(
      failing({ DATA_DIR: empty }),
      /OIDC_ISSUER is set, and there is no key yet.*bullpen keys create --role admin/,
    );
    await rm(empty, { recursive: true });
  });
});

test("settings that need others are refused by name", () => {
  const faults = (env: Record<string, string>) =>
    (envSchema.safeParse({ DATA_DIR: folder, ...env }).error?.issues ?? []).map(({ path }) => path.join("."));
  const oidc = { OIDC_ISSUER: "https://sso.example.com/", OIDC_CLIENT_ID: "x", SIGN_IN_ROLES: "*=read" };
  const url = "https://bullpen.example.com";
  assert.deepEqual(faults({ ...oidc, DASHBOARD_URL: url }), []);
  assert.deepEqual(faults({ ...oidc, DASHBOARD_URL: `${url}/ops/`, DASHBOARD_BASE_PATH: "/ops" }), []);
  assert.deepEqual(faults({ ...oidc, DASHBOARD_URL: `${url}/ops` }), ["DASHBOARD_URL"]);
  assert.deepEqual(faults({ ...oidc, DASHBOARD_URL: "http://bullpen.example.com" }), ["DASHBOARD_URL"]);
  assert.deepEqual(faults({ ...oidc, DASHBOARD_URL: url, OIDC_ISSUER: "http://sso.example.com" }), [
    "OIDC_ISSUER",
  ]);
  assert.deepEqual(faults({ OIDC_ISSUER: url }).sort(), ["DASHBOARD_URL", "OIDC_CLIENT_ID", "SIGN_IN_ROLES"]);
  assert.deepEqual(faults({ SIGN_IN_USER_HEADER: "Remote-User" }).sort(), [
    "SIGN_IN_PROXIES",
    "SIGN_IN_ROLES",
  ]);
  assert.deepEqual(faults({ SIGN_IN_PROXIES: "proxy.example.com" }), ["SIGN_IN_PROXIES.0"]);
  assert.deepEqual(faults({ SIGN_IN_ROLES: "ops=boss" }), ["SIGN_IN_ROLES.0"]);
});
