import { formatBytes } from "@bullpen/base";
import { findInCatalogue, kvBytesPerToken } from "@bullpen/llm/models";
import { Command } from "commander";
import { readEnv } from "../../env.js";
import { type ModelFacts, readModelFacts } from "../../models/model-facts.js";
import { formatCount } from "../../output/format.js";
import { formatJson } from "../../output/format-json.js";
import { examples } from "../help.js";
import { sizeText } from "./list.js";

/** `bullpen models info <model>` */
export function modelsInfoCommand(): Command {
  return new Command("info")
    .description("what is known of a model")
    .argument("<model>", "a name of the catalogue, `demo`, the path of a GGUF file, or a URI that was pulled")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["models info mixtral-8x7b-instruct", "size, licence, memory a slot"]))
    .action(showInfo);
}

/** The context of a slot where nothing is set. */
const USUAL_CONTEXT = 4_096;

async function showInfo(name: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  const facts = await readModelFacts(name, readEnv());
  if (json) {
    console.log(formatJson(asJson(name, facts)));
    return;
  }
  const rows = rowsOf(name, facts).filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value] of rows) console.log(`${label.padEnd(width)}  ${value}`);
}

function rowsOf(
  name: string,
  { entry, architecture, path, weightBytes }: ModelFacts,
): [string, string | undefined][] {
  const perToken = kvBytesPerToken(architecture);
  const unset = entry && "not published";
  return [
    ["model", entry ? `${entry.title}, ${entry.quantization}` : name],
    ["name", entry && [entry.name, entry.short_name].filter(Boolean).join(", or ")],
    ["from", entry?.uri],
    ["size", entry ? sizeText(entry) : formatBytes(weightBytes)],
    ["SHA-256", entry?.sha256 ?? unset],
    ["license", entry?.license],
    ["prompt format", entry?.prompt_format],
    ["context", `up to ${formatCount(architecture.context_tokens)} tokens`],
    ["memory a slot", `${formatBytes(perToken * USUAL_CONTEXT)} for ${formatCount(USUAL_CONTEXT)} tokens`],
    ["on this machine", path ?? "no"],
    ["start it", `npx bullpen up --model ${entry?.short_name ?? entry?.name ?? name}`],
  ];
}

function asJson(name: string, { entry, architecture, path, weightBytes }: ModelFacts): object {
  const known = findInCatalogue(name) ?? entry;
  return {
    ...(known ?? { name, bytes: weightBytes, architecture }),
    kv_bytes_per_token: kvBytesPerToken(architecture),
    path: path ?? null,
  };
}
