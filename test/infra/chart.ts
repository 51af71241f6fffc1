import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { ROOT } from "../testing/run-app.js";

const CHART = join(ROOT, "infra/helm/bullpen");
const EXAMPLES = join(ROOT, "infra/helm/examples");
export const GOLDEN = join(ROOT, "test/infra/golden");

/** Sets of values that documents name. */
export const examples = readdirSync(EXAMPLES).map((file) => file.replace(/\.yaml$/, ""));

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});
export type Manifest = z.output<typeof manifestSchema>;

interface HelmResult {
  readonly status: number | null;
  readonly stdout: string;
  /** Without its notes about symbolic links, which are meant. */
  readonly stderr: string;
}

function helm(...args: readonly string[]): HelmResult {
  const options = { encoding: "utf8", maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr } = spawnSync(process.env.HELM ?? "helm", args, options);
  const lines = stderr.split("\n").filter((line) => !line.includes("found symbolic link in path"));
  return { status, stdout, stderr: lines.join("\n").trim() };
}

export function lint(example: string): HelmResult {
  return helm("lint", "--strict", CHART, "--values", join(EXAMPLES, `${example}.yaml`));
}

/** What the release `bullpen` of an example is, as YAML. `set`: further values, as `--set` takes them. */
export function template(example: string, set: readonly string[] = []): HelmResult {
  const values = ["--values", join(EXAMPLES, `${example}.yaml`), ...set.flatMap((value) => ["--set", value])];
  return helm("template", "bullpen", CHART, "--namespace", "bullpen", ...values);
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((value) => value !== null)
    .map((value) => manifestSchema.parse(value));
}
