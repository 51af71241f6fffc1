import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { redact } from "@bullpen/contracts";
import { z } from "zod";
import { parseEnv } from "./parse-env.js";
import { readFileOf, SecretFileError } from "./secret-files.js";
import { StartupError } from "./startup-error.js";

const folder = mkdtempSync(join(tmpdir(), "bullpen-secret-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const schema = z
  .object({
    LLM_API_KEY: z.string().max(20, "must be shorter").optional().meta({ secret: true }),
    REDIS_URL: z.string().default("redis://127.0.0.1").meta({ secret: true }),
    TUNED_FILE: z.string().default("tuned.json"),
    NAME: z.string().optional(),
  })
  .transform((settings) => settings);

/** What a start says that is refused. */
function refusal(env: Record<string, string>): string {
  try {
    parseEnv(schema, env);
  } catch (error) {
    assert.ok(error instanceof StartupError, String(error));
    return error.message;
  }
  assert.fail("it was not refused");
}

describe("a setting from a file", () => {
  test("is the file's text without the line break at its end, and is redacted from then on", () => {
    const plain = fileWith("plain", "key-Pl4in");
    const unix = fileWith("unix", "key-Un1x ends-here\n");
    const windows = fileWith("windows", "key-W1ndows\r\n");
    const values = [plain, unix, windows].map(
      (path) => parseEnv(schema, { LLM_API_KEY_FILE: path }).LLM_API_KEY,
    );
    assert.deepEqual(values, ["key-Pl4in", "key-Un1x ends-here", "key-W1ndows"]);
    const url = fileWith("url", "redis://app:h1dden-passw0rd@host:6379\n");
    assert.equal(
      parseEnv(schema, { REDIS_URL_FILE: url }).REDIS_URL,
      "redis://app:h1dden-passw0rd@host:6379",
    );
    assert.equal(redact("key-Pl4in key-W1ndows h1dden-passw0rd"), "*** *** ***");
  });

  test("is read through the links by which Kubernetes mounts secrets", () => {
    mkdirSync(join(folder, "..data"));
    fileWith("..data/token", "linked-key");
    symlinkSync("..data/token", join(folder, "linked"));
    assert.equal(parseEnv(schema, { LLM_API_KEY_FILE: join(folder, "linked") }).LLM_API_KEY, "linked-key");
  });

  test("is refused beside the setting itself, by both names", () => {
    const path = fileWith("both", "x");
    assert.match(
      refusal({ LLM_API_KEY: "k", LLM_API_KEY_FILE: path }),
      /LLM_API_KEY_FILE: is set, and LLM_API_KEY is set too\. Leave one of them out/,
    );
  });

  test("counts as unset where the variable is empty, and so does the setting beside it", () => {
    assert.equal(parseEnv(schema, { LLM_API_KEY: "k", LLM_API_KEY_FILE: "" }).LLM_API_KEY, "k");
    const path = fileWith("beside-empty", "v");
    assert.equal(parseEnv(schema, { LLM_API_KEY: "", LLM_API_KEY_FILE: path }).LLM_API_KEY, "v");
  });

  const refused: Readonly<Record<string, [path: () => string, says: RegExp]>> = {
    "is not there": [() => join(folder, "none"), /none: there is no such file\. Mount/],
    "is below a file": [
      () => join(fileWith("a-file", "x"), "y"),
      /there is no such file: a part of its path/,
    ],
    "is a folder": [() => folder, /is a folder\. Name the file in it/],
    "is a device": [() => "/dev/zero", /is no file/],
    "is empty": [() => fileWith("empty", ""), /is empty\. Write the value of LLM_API_KEY into it/],
    "holds blanks alone": [() => fileWith("blank", " \n \n"), /is empty/],
    "holds several lines": [() => fileWith("lines", "one\ntwo\n"), /holds several lines/],
    "is no text": [() => fileWith("binary", Buffer.from([0x66, 0xff, 0xfe])), /something else than text/],
    "is too large": [() => fileWith("large", "x".repeat(70_000)), /more than 65536 bytes/],
    "holds a value that cannot be used": [() => fileWith("long", "x".repeat(30)), /long: must be shorter$/],
  };
  for (const [what, [path, says]] of Object.entries(refused)) {
    test(`is refused by name when the file ${what}`, () => {
      const message = refusal({ LLM_API_KEY_FILE: path() });
      assert.match(message, /LLM_API_KEY_FILE=/);
      assert.match(message, says);
      assert.doesNotMatch(message, /xxx|two/, "no part of the value");
    });
  }

  test("is refused by name when the file may not be read", { skip: process.getuid?.() === 0 }, () => {
    const path = fileWith("locked", "x");
    chmodSync(path, 0);
    assert.match(refusal({ LLM_API_KEY_FILE: path }), /LLM_API_KEY_FILE=.*this user may not read it/);
  });

  test("names all faults at once, and a setting whose name ends in _FILE is only itself", () => {
    const message = refusal({ LLM_API_KEY_FILE: "/nowhere/a", REDIS_URL_FILE: "/nowhere/b" });
    assert.match(message, /nowhere\/a[\s\S]*nowhere\/b/);
    assert.equal(parseEnv(schema, { TUNED_FILE: "/nowhere/tuned.json" }).TUNED_FILE, "/nowhere/tuned.json");
    assert.equal(parseEnv(schema, { NAME_FILE: "/nowhere" }).NAME, undefined);
  });
});

test("secrets in files of other programs are redacted, and their files are not judged", () => {
  const path = fileWith("weather", "weather-s3cret\n");
  parseEnv(schema, { WEATHER_KEY_FILE: path, OTHER_TOKEN_FILE: "/nowhere", SSL_CERT_FILE: "/nowhere" });
  assert.equal(redact("said weather-s3cret"), "said ***");
});

test("one variable can be asked for", () => {
  assert.equal(readFileOf("A", { A: "x" }), undefined);
  assert.equal(readFileOf("A", { A_FILE: fileWith("one", "first\nsecond\n") }), "first\nsecond");
  assert.throws(() => readFileOf("A", { A_FILE: "/nowhere" }), SecretFileError);
});
