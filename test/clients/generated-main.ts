import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTestStack } from "../testing/stack.js";

// Run by scripts/generated-client.mjs: makes a Python client of the document that a running Bullpen serves, and
// runs a query with it.

/** The Python script, seen from `test/dist/clients`. */
const SCRIPT = fileURLToPath(new URL("../../clients/generated_client.py", import.meta.url));

const { PYTHON = "", GENERATED = "" } = process.env;

function python(...args: string[]): SpawnSyncReturns<Buffer> {
  const env = { ...process.env, BASE_URL: stack.apiUrl, PYTHONPATH: GENERATED };
  return spawnSync(PYTHON, args, { cwd: GENERATED, env, stdio: "inherit" });
}

const stack = await startTestStack();
try {
  const response = await fetch(`${stack.apiUrl}/openapi.json`);
  writeFileSync(join(GENERATED, "openapi.json"), await response.text());
  // Without hooks: they format the client, which nobody reads.
  writeFileSync(join(GENERATED, "config.yaml"), "package_name_override: bullpen_client\npost_hooks: []\n");
  const generate = [
    ...["-m", "openapi_python_client", "generate", "--overwrite", "--meta", "none"],
    ...["--path", "openapi.json", "--output-path", "bullpen_client", "--config", "config.yaml"],
  ];
  const steps = [generate, ["-m", "compileall", "-q", "bullpen_client"], [SCRIPT]];
  process.exitCode = steps.every((args) => python(...args).status === 0) ? 0 : 1;
} finally {
  await stack.stop();
}
