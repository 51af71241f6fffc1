import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { makeFolder } from "@bullpen/storage";

export interface ToolNewOptions {
  /** Default: `tools`. */
  readonly folder: string;
  /** A tool whose input is a text, where it would be an object. */
  readonly text?: boolean;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;

/** `bullpen tool new <name>`: writes a module with a tool that works, to be changed into one's own. */
export async function toolNew(name: string, options: ToolNewOptions): Promise<void> {
  if (!NAME.test(name)) {
    throw new StartupError(
      `${JSON.stringify(name)} cannot be a tool's name: use up to 64 letters, digits, spaces, dots, dashes and underscores.`,
    );
  }
  const folder = resolve(options.folder);
  const file = join(folder, `${fileNameOf(name)}.ts`);
  try {
    await makeFolder(folder);
    await writeFile(file, options.text ? textTool(name) : objectTool(name), { flag: "wx" });
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : error;
    throw new StartupError(
      reason === "EEXIST" ? `${file} is there already.` : `${file} cannot be written (${reason}).`,
    );
  }
  const shown = relative(process.cwd(), folder);
  console.log(`${relative(process.cwd(), file)} is a tool. Write what it does, then start it:`);
  console.log(`  npx bullpen up --tools ${shown || "."}`);
}

function fileNameOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function objectTool(name: string): string {
  return `import type { CustomTool } from "@bullpen/tool-worker/custom-tool";

/** What the model hands over: as \`inputSchema\` says. */
interface Input {
  readonly text: string;
  readonly times?: number;
}

const tool: CustomTool<Input> = {
  name: ${JSON.stringify(name)},
  description: "use it to repeat a text.", // tell the model when to use the tool
  inputSchema: {
    type: "object",
    properties: {
      text: { type: "string", description: "the text to repeat" },
      times: { type: "integer", minimum: 1, maximum: 10 },
    },
    required: ["text"],
    additionalProperties: false,
  },
  example: { text: "again ", times: 2 },
  crashPolicy: "rerun", // "reuse" for a tool that changes something or costs much
  timeoutSeconds: 30,
  concurrency: 4,

  // What it returns is told to the model, and so is the message of an error that it throws.
  async run({ text, times = 2 }, { signal }) {
    signal.throwIfAborted(); // pass the signal on to whatever takes one, such as fetch
    return text.repeat(times);
  },
};

export default tool;
`;
}

function textTool(name: string): string {
  return `import type { CustomTool } from "@bullpen/tool-worker/custom-tool";

const tool: CustomTool = {
  name: ${JSON.stringify(name)},
  description: 'use it to turn a text around. "input" is the text.', // tell the model when to use the tool
  example: "stressed",
  crashPolicy: "rerun", // "reuse" for a tool that changes something or costs much
  timeoutSeconds: 30,
  concurrency: 4,

  // What it returns is told to the model, and so is the message of an error that it throws.
  async run(text, { signal }) {
    signal.throwIfAborted(); // pass the signal on to whatever takes one, such as fetch
    return [...text].reverse().join("");
  },
};

export default tool;
`;
}
