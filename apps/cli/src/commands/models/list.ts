import { formatBytes } from "@bullpen/base";
import { DEMO_MODEL } from "@bullpen/contracts";
import {
  type CatalogueEntry,
  findPulled,
  type LocalFile,
  listLocalFiles,
  readCatalogue,
  sizeOf,
} from "@bullpen/llm/models";
import { Command } from "commander";
import { readEnv } from "../../env.js";
import { modelsFolder } from "../../models/models-folder.js";
import { formatJson } from "../../output/format-json.js";
import { fitTable } from "../../output/table.js";
import { examples } from "../help.js";

interface ListOptions {
  readonly local?: boolean;
  readonly json?: boolean;
}

/** `bullpen models list` */
export function modelsListCommand(): Command {
  return new Command("list")
    .description("the models of the catalogue, and the model files on this machine")
    .option("--local", "only what is on this machine")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        ["models list", "everything that has a name"],
        ["models list --local", "what takes up the disk"],
      ),
    )
    .action(listModels);
}

interface Listed {
  readonly entry: CatalogueEntry;
  /** Its files here; none where it is not here in whole. */
  readonly files: readonly string[];
  readonly localBytes: number;
}

async function listModels({ local = false, json = false }: ListOptions): Promise<void> {
  const folder = modelsFolder(readEnv());
  const onDisk = await listLocalFiles(folder);
  const all = await Promise.all(readCatalogue().map((entry) => inspect(entry, folder, onDisk)));
  const models = all.filter(({ localBytes }) => !local || localBytes > 0);
  const known = new Set(all.flatMap(({ files }) => files));
  const others = onDisk.filter(({ path }) => !known.has(path));
  if (json) {
    console.log(formatJson({ folder, models: models.map(asJson), other_files: others.map(fileAsJson) }));
    return;
  }
  if (models.length > 0) console.log(fitTable([HEADER, ...models.map(asRow)]));
  else console.log("No model of the catalogue is on this machine. Get one: npx bullpen models pull <name>");
  if (!local)
    console.log(
      `
${DEMO_MODEL} comes with Bullpen. The first file of a model may be named without its ending: mixtral-8x7b-instruct.`,
    );
  if (others.length > 0) {
    console.log(`\nOther files in ${folder}:`);
    console.log(fitTable(others.map(({ name, bytes }) => [name, formatBytes(bytes)])));
  }
}

async function inspect(entry: CatalogueEntry, folder: string, onDisk: readonly LocalFile[]): Promise<Listed> {
  const pulled = await findPulled({ uri: entry.uri, entry }, folder);
  if (pulled) return { entry, files: pulled.files, localBytes: pulled.bytes };
  const part = partsOf(entry, onDisk);
  return {
    entry,
    files: part.map(({ path }) => path),
    localBytes: part.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The files of a download that is not complete. */
function partsOf({ uri }: CatalogueEntry, onDisk: readonly LocalFile[]): LocalFile[] {
  const stem = uri.replace(/^hf:/, "hf/").replace(/(-\d{5}-of-\d{5})?\.gguf$/, "");
  return onDisk.filter(({ name }) => name.replaceAll("\\", "/").startsWith(stem));
}

const HEADER = ["model", "size", "license", "on this machine"];

function asRow({ entry, localBytes }: Listed): string[] {
  return [entry.name, sizeText(entry), entry.license, stateText(entry, localBytes)];
}

/** `26 GB`, or `about 32 GB` where only a rounded size is published. */
export function sizeText(entry: CatalogueEntry): string {
  const size = sizeOf(entry);
  if (size === undefined) return "unknown";
  return entry.bytes === undefined ? `about ${formatBytes(size)}` : formatBytes(size);
}

function stateText(entry: CatalogueEntry, localBytes: number): string {
  if (localBytes === 0) return "";
  const size = sizeOf(entry);
  // A rounded size is off by less than a twentieth.
  return size === undefined || localBytes > size * 0.95 ? "yes" : `${formatBytes(localBytes)} of it`;
}

function asJson({ entry, files, localBytes }: Listed): object {
  const {
    name,
    short_name,
    title,
    uri,
    bytes,
    about_gb,
    sha256,
    license,
    prompt_format,
    quantization,
    architecture,
  } = entry;
  const facts = {
    name,
    short_name,
    title,
    uri,
    quantization,
    bytes,
    about_gb,
    sha256,
    license,
    prompt_format,
    architecture,
  };
  return { ...facts, local_bytes: localBytes, local_files: files };
}

function fileAsJson({ path, bytes, isPart }: LocalFile): object {
  return { path, bytes, is_part: isPart };
}
