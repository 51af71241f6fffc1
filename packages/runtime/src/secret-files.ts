import { readFileSync, statSync } from "node:fs";
import { errorMessage } from "@bullpen/base";
import { isSecretSetting, registerSettings } from "@bullpen/contracts";
import { z } from "zod";

type Environment = Readonly<Record<string, string | undefined>>;

/** A file that is named by `NAME_FILE` cannot be used; the message names the variable and what is wrong. */
export class SecretFileError extends Error {
  override readonly name = "SecretFileError";
}

/** The longest secrets that one meets, keys of service accounts in JSON, take 3 kB. */
const MAX_BYTES = 65_536;

/**
 * What the file holds that `<name>_FILE` names, without the line break at its end: the form in which Docker and
 * Kubernetes hand out secrets. `undefined` where that variable is unset or empty. The value is registered with the
 * redactor where the name says that it is secret, or that it is a URL.
 *
 * @throws {SecretFileError} when `name` is set as well, or the file is missing, unreadable, empty, too large or no text.
 */
export function readFileOf(name: string, env: Environment): string | undefined {
  const variable = `${name}_FILE`;
  const path = env[variable];
  if (path === undefined || path === "") return undefined;
  if ((env[name] ?? "") !== "") {
    throw new SecretFileError(`${variable}: is set, and ${name} is set too. Leave one of them out`);
  }
  const fault = (what: string) => new SecretFileError(`${variable}=${path}: ${what}`);
  const text = readText(path, fault).replace(/\r?\n$/, "");
  if (text.trim() === "") throw fault(`is empty. Write the value of ${name} into it`);
  registerSettings({ [name]: text });
  return text;
}

function readText(path: string, fault: (what: string) => SecretFileError): string {
  let bytes: Buffer;
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw fault(stats.isDirectory() ? "is a folder. Name the file in it" : "is no file");
    if (stats.size > MAX_BYTES) throw fault(`has more than ${MAX_BYTES} bytes, so it is no secret's file`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw fault(EXPLANATIONS[code] ?? errorMessage(error));
  }
  const text = bytes.toString("utf8");
  if (!bytes.equals(Buffer.from(text)) || text.includes("\0"))
    throw fault("holds something else than text in UTF-8");
  return text;
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file. Mount the secret there, or correct the path",
  ENOTDIR: "there is no such file: a part of its path is a file. Correct the path",
  EACCES: "this user may not read it. Change its owner or its permissions",
};

/**
 * Fills in the settings of `schema` that may be secret (`secret: true` in their metadata) from the files that `env`
 * names for them.
 *
 * @returns `values` by name, and what is wrong with the files of others.
 */
export function readSecretFiles(
  schema: z.ZodType,
  env: Environment,
): { readonly values: Readonly<Record<string, string>>; readonly faults: readonly string[] } {
  const values: Record<string, string> = {};
  const faults: string[] = [];
  for (const name of secretSettings(schema)) {
    try {
      const value = readFileOf(name, env);
      if (value === undefined) continue;
      if (/[\r\n]/.test(value)) {
        faults.push(
          `${name}_FILE=${env[`${name}_FILE`]}: holds several lines. Leave in it the value of ${name} alone`,
        );
      } else values[name] = value;
    } catch (error) {
      if (!(error instanceof SecretFileError)) throw error;
      faults.push(error.message);
    }
  }
  return { values, faults };
}

/** The settings of a schema that may be given as `NAME_FILE`. */
export function secretSettings(schema: z.ZodType): string[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).flatMap(([name, property]) =>
    typeof property === "object" && property.secret === true ? [name] : [],
  );
}

/**
 * Registers what is in files of other programs' secrets, such as those of your own tools or of processes that this one
 * starts: all that `env` names by a variable such as `WEATHER_KEY_FILE`. Files that cannot be read are their concern.
 */
export function registerFilesOf(env: Environment): void {
  for (const variable of Object.keys(env)) {
    const name = /^(.+)_FILE$/.exec(variable)?.[1];
    if (name === undefined || !(isSecretSetting(name) || /_(URL|PROXY)$/.test(name))) continue;
    try {
      readFileOf(name, { [variable]: env[variable] });
    } catch (error) {
      if (!(error instanceof SecretFileError)) throw error;
    }
  }
}
