import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { makeFolder } from "@bullpen/storage";
import { Command } from "commander";
import { examples } from "../help.js";
import { objectTool, textTool } from "./tool-templates.js";

interface ToolNewOptions {
  /** Default: `tools`. */
  readonly folder: string;
  /** A tool whose input is a text, where it would be an object. */
  readonly text?: boolean;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;

/** `bullpen tool …` */
export function toolCommand(): Command {
  return new Command("tool").description("tools of your own").addCommand(toolNewCommand());
}

/** `bullpen tool new <name>` */
function toolNewCommand(): Command {
  return new Command("new")
    .description("write a module with a tool that works, to be changed into your own")
    .argument("<name>", "what the model calls the tool by")
    .option("--folder <folder>", "where the module goes", "tools")
    .option("--text", "a tool whose input is a text, where it would be an object")
    .addHelpText("after", examples(['tool new "My tool"', "writes tools/my-tool.ts"]))
    .action(newTool);
}

/** Writes a module with a tool that works, to be changed into one's own. */
async function newTool(name: string, options: ToolNewOptions): Promise<void> {
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
