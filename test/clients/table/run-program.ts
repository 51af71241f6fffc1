import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

/** Longer than any program takes on a busy machine: loading such a client alone takes 10 s there. */
const PROGRAM_MS = 180_000;

const clientLine = z.object({
  client: z.string(),
  /** Versions by package. */
  packages: z.record(z.string(), z.string()),
  features: z.array(z.string()),
});
const featureLine = z.object({
  feature: z.string(),
  /** What went wrong. */
  error: z.string().nullable(),
  /** Why it is known not to work, a sentence. */
  because: z.string().nullable(),
});
const line = z.union([clientLine, featureLine]);
export type FeatureResult = z.output<typeof featureLine>;

/** How a client does with Bullpen. */
export interface ClientResult {
  readonly client: string;
  /** Versions by package. */
  readonly packages: Readonly<Record<string, string>>;
  readonly features: readonly FeatureResult[];
}

/** A program that uses a client, and how to start it. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a program. It says on lines that begin with `@@ ` which client it is and how each of its features went; a feature
 * that it does not come to has failed.
 */
export async function runProgram({ name, command, args, env }: Program): Promise<ClientResult> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), PROGRAM_MS);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(`the program ended with ${signal ?? code}`));
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (text) => said.push(text));
  let client: z.output<typeof clientLine> | undefined;
  const results = new Map<string, FeatureResult>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (!text.startsWith("@@ ")) return void said.push(text);
    const told = line.parse(JSON.parse(text.slice(3)));
    if ("client" in told) client = told;
    else results.set(told.feature, told);
  });
  const how = await ended;
  clearTimeout(timer);
  const tail = said.slice(-30).join("\n");
  if (!client) throw new Error(`${name} told of no client: ${how}\n${tail}`);
  const features = client.features.map((feature) => {
    return results.get(feature) ?? { feature, error: `${how} before its end\n${tail}`, because: null };
  });
  return { ...client, features };
}
