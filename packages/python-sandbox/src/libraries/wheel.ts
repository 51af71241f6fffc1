import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { errorMessage } from "@bullpen/base";
import { type ZipEntry, zipEntries } from "./zip-file.js";

/** A package of Python as the Python package index has it, unpacked. */
export interface Wheel {
  readonly path: string;
  /** Such as `sympy 1.14.0`. */
  readonly title: string;
  readonly sha256: string;
  /** The modules and packages that a program imports: `["dateutil"]`. */
  readonly topLevel: readonly string[];
  /** Its files without its own tests and its metadata. */
  readonly files: readonly ZipEntry[];
}

/** Name, version and the tags of pure Python. Source: the packaging guide's "Binary distribution format". */
const FILE_NAME = /^([A-Za-z0-9._]+)-([A-Za-z0-9._+!]+)(?:-\d\w*)?-[\w.]+-none-any\.whl$/;
const METADATA = /^[^/]+\.(?:dist-info|data)\//;
const NATIVE = /\.(?:so|pyd|dylib|dll)$/;

/**
 * Reads a wheel of pure Python.
 *
 * @throws {Error} naming the file and the remedy, when it is not one.
 */
export async function readWheel(path: string): Promise<Wheel> {
  const [, name, version] = FILE_NAME.exec(basename(path)) ?? [];
  if (name === undefined || version === undefined) {
    throw new Error(`${path} is no wheel of pure Python: its name must end in -none-any.whl. ${REMEDY}`);
  }
  try {
    const bytes = await readFile(path);
    const files = zipEntries(bytes).filter((entry) => !METADATA.test(entry.path) && !isTest(entry.path));
    const native = files.find((entry) => NATIVE.test(entry.path));
    if (native) throw new Error(`it has machine code (${native.path}), which the sandbox cannot load`);
    return {
      path,
      title: `${name.replaceAll("_", "-")} ${version}`,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      topLevel: [...new Set(files.flatMap((entry) => topLevelName(entry.path)))].sort(),
      files,
    };
  } catch (error) {
    throw new Error(`${path} cannot be used: ${errorMessage(error)}. ${REMEDY}`);
  }
}

const REMEDY =
  "Get it with `pip download --no-deps --only-binary=:all: <name>`, or take it off CALCULATOR_WHEELS.";

/** Tests are a third of a large package, and no program imports them. */
function isTest(path: string): boolean {
  return path.includes("/tests/");
}

function topLevelName(path: string): string[] {
  const [first = "", ...rest] = path.split("/");
  if (rest.length === 0) return first.endsWith(".py") ? [first.slice(0, -".py".length)] : [];
  return path.endsWith(".py") ? [first] : [];
}
