import { join } from "node:path";
import { ModelLoadError } from "../llama/load/model-load-error.js";

/** Where a model comes from, as its URI says. */
export type ModelSource =
  | {
      readonly kind: "hub-file";
      readonly repository: string;
      readonly branch: string;
      readonly file: string;
    }
  /** A repository in which the hub chooses the file of a quantization. */
  | { readonly kind: "hub-tag"; readonly repository: string; readonly tag: string }
  | { readonly kind: "url"; readonly url: string };

/** A file that is downloaded, and its place. */
export interface RemoteFile {
  readonly url: string;
  readonly path: string;
}

const MAIN_BRANCH = "main";
/** What the hub gives for a repository without a tag. */
const DEFAULT_TAG = "latest";

/** A part of a path or of a repository's name that is safe as the name of a file or folder. */
const SAFE_PART = /^[\w][\w .+@=,()-]*$/;

/** Whether a `MODEL` is the URI of a model, as against a path or a name. */
export function isModelUri(model: string): boolean {
  return /^(hf|https?):/i.test(model);
}

/** Reads `hf:user/repository:tag`, `hf:user/repository/file.gguf#branch` or an `https:` URL. @throws {ModelLoadError} */
export function parseModelUri(uri: string): ModelSource {
  if (!/^hf:/i.test(uri)) return parseUrl(uri);
  const [location = "", branch = MAIN_BRANCH] = uri.replace(/^hf:(\/\/)?/i, "").split("#");
  const [user = "", name = "", ...rest] = location.split("/");
  if (rest.length === 0) {
    const [repository = "", tag = DEFAULT_TAG] = name.split(":");
    checkParts(uri, [user, repository, tag]);
    return { kind: "hub-tag", repository: `${user}/${repository}`, tag };
  }
  checkParts(uri, [user, name, ...branch.split("/"), ...rest]);
  const file = rest.join("/");
  checkIsGguf(uri, file);
  return { kind: "hub-file", repository: `${user}/${name}`, branch, file };
}

function parseUrl(uri: string): ModelSource {
  if (!URL.canParse(uri)) throw badUri(uri, "it is no URL");
  const { pathname } = new URL(uri);
  const parts = pathname.split("/").slice(1).map(decode);
  checkParts(uri, parts);
  checkIsGguf(uri, pathname);
  return { kind: "url", url: uri };
}

function checkParts(uri: string, parts: readonly string[]): void {
  const bad = parts.find((part) => !SAFE_PART.test(part));
  if (bad !== undefined) throw badUri(uri, bad === "" ? "a part of it is empty" : `"${bad}" cannot be in it`);
}

function checkIsGguf(uri: string, path: string): void {
  if (!/\.gguf$/i.test(path)) throw badUri(uri, "it does not end in .gguf");
}

function badUri(uri: string, fault: string): ModelLoadError {
  return new ModelLoadError(
    `${uri} does not name a model file: ${fault}. Write hf:user/repository:Q4_K_M, hf:user/repository/file.gguf, or the URL of a GGUF file.`,
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return ""; // counts as an empty part, which the check refuses
  }
}

/** The files of a source under `folder`: one, or every part of a split model. The first is the one to load. */
export function filesOf(
  source: Exclude<ModelSource, { kind: "hub-tag" }>,
  { folder, endpoint }: { readonly folder: string; readonly endpoint: string },
): RemoteFile[] {
  if (source.kind === "hub-file") {
    const { repository, branch, file } = source;
    const place = branch === MAIN_BRANCH ? [repository] : [repository, `branch ${branch}`];
    return splitParts(file).map((part) => ({
      url: `${endpoint}/${encodePath(repository)}/resolve/${encodePath(branch)}/${encodePath(part)}`,
      path: join(folder, "hf", ...place, part),
    }));
  }
  const url = new URL(source.url);
  const path = url.pathname.split("/").slice(1).map(decode).join("/");
  return splitParts(path).map((part) => {
    const partUrl = new URL(url);
    partUrl.pathname = `/${encodePath(part)}`;
    return { url: partUrl.href, path: join(folder, "url", url.host.replaceAll(":", "_"), part) };
  });
}

/** Where the name of the file is kept that the hub chose for a tag. */
export function tagFile(source: Extract<ModelSource, { kind: "hub-tag" }>, folder: string): string {
  return join(folder, "hf", source.repository, `${source.tag}.tag`);
}

/** How llama.cpp's gguf-split names the parts of a model. */
const PART = /-\d{5}-of-(\d{5})\.gguf$/i;
/** A thousand parts of a gigabyte are more than any model has. */
const MAX_PARTS = 1_000;

function splitParts(file: string): string[] {
  const count = Number(PART.exec(file)?.[1] ?? 1);
  if (count < 2 || count > MAX_PARTS) return [file];
  const stem = file.replace(PART, "");
  const total = String(count).padStart(5, "0");
  return Array.from(
    { length: count },
    (_, i) => `${stem}-${String(i + 1).padStart(5, "0")}-of-${total}.gguf`,
  );
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
