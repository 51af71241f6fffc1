import assert from "node:assert/strict";
import { test } from "node:test";
import { redact } from "@bullpen/contracts";
import { z } from "zod";
import { countSetting, parseEnv, portSetting } from "./parse-env.js";
import { isForOperator, StartupError } from "./startup-error.js";

const schema = z.object({
  PORT: portSetting.default(3000),
  SLOTS: countSetting(1, 8).default(4),
  NAME: z.string(),
});

test("settings are read with their defaults; an empty variable counts as unset", () => {
  assert.deepEqual(parseEnv(schema, { NAME: "x", PORT: "", SLOTS: "2" }), {
    PORT: 3000,
    SLOTS: 2,
    NAME: "x",
  });
});

test("every bad setting is named with its value and what it must be", () => {
  assert.throws(
    () => parseEnv(schema, { PORT: "70000", SLOTS: "nine" }),
    (error: unknown) => {
      assert.ok(error instanceof StartupError && isForOperator(error));
      assert.match(error.message, /PORT=70000: must be a port number/);
      assert.match(error.message, /SLOTS=nine: must be a whole number from 1 to 8/);
      assert.match(error.message, /NAME: /);
      return true;
    },
  );
});

test("headers among the settings are redacted by their values", () => {
  const headers = z.object({ OTEL_EXPORTER_OTLP_HEADERS: z.string().optional().meta({ secret: true }) });
  parseEnv(headers, {
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20tr4ce-t0ken, x-tenant=acme-s3cret",
  });
  assert.equal(redact("sent tr4ce-t0ken for acme-s3cret"), "sent *** for ***");
});
