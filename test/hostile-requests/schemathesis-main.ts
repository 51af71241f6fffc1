import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startInstantStack } from "./start-instant-stack.js";

// Run by scripts/schemathesis.mjs.

/** Without "coverage", whose own generator fails on the schema of chat requests. */
const PHASES = "fuzzing,stateful";

/** What every answer must keep to. Whether invalid data is refused is a question for tests that know the rules. */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "unsupported_method",
  "allow_header_conformance",
];

/**
 * Answers that last by design: streams of a batch, and waits. The other suites read them; here each would take the
 * patience of one request.
 */
const LASTING = ["stream_batch", "stream_batch_results", "lease_tool_calls"];

/** Nothing is waited for. */
const CONFIG = `[parameters]\n"query.wait" = 0\n`;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "75" }, seed: { type: "string" } },
});
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}: the same requests come again with --seed=${seed}`);
const { stack, stop } = await startInstantStack({ WEBHOOKS_ALLOW_PRIVATE: "true" });
// It writes what it has found to the folder that it runs in.
const folder = await mkdtemp(join(tmpdir(), "bullpen-schemathesis-"));
try {
  await writeFile(join(folder, "schemathesis.toml"), CONFIG);
  const { pid } = stack.process("api");
  const args = [
    ...["run", `${stack.apiUrl}/openapi.json`, "--checks", CHECKS.join(",")],
    ...[
      "--max-time",
      values.seconds,
      "--seed",
      seed,
      "--workers",
      "4",
      "--phases",
      PHASES,
      "--continue-on-failure",
    ],
    ...["--request-timeout", "65", "--suppress-health-check", "all", "--warnings", "off", "--no-shrink"],
    ...LASTING.flatMap((id) => ["--exclude-operation-id", id]),
  ];
  const child = spawn(process.env.SCHEMATHESIS ?? "st", args, { cwd: folder, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  const hasDied = stack.process("api").pid !== pid;
  if (hasDied) console.log("The api died.");
  process.exitCode = code === 0 && !hasDied ? 0 : 1;
} finally {
  await stop();
  await rm(folder, { recursive: true, force: true });
}
