import { errorMessage } from "@bullpen/base";
import { shortName } from "@bullpen/contracts";
import { ApiError, fileFieldsSchema, parseRequest } from "@bullpen/protocol";
import type { Written } from "@bullpen/storage";
import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import type { Request } from "express";
import type { z } from "zod";
import { letSend } from "../http/read-body.js";

export interface UploadLimits {
  /** Largest file, in bytes. */
  readonly maxBytes: number;
  /** Bytes that the tenant may still store. */
  readonly roomLeft: number;
}

/** An upload whose content has been written, and its fields. */
export interface Upload extends Written {
  readonly filename: string;
  readonly fields: z.output<typeof fileFieldsSchema>;
}

const LONGEST_FILENAME = 255;
const LONGEST_FIELD = 4_096;
/** Room for the form around the file, in bytes. */
const FORM_BYTES = 65_536;

/**
 * Reads a multipart upload part by part, in constant memory. Fields may follow the file, so they are checked after
 * the content has been written; the caller removes the content when this rejects. Rejects as soon as something is
 * wrong, also in the middle of the file.
 *
 * @throws {ApiError} that names the field at fault.
 */
export async function receiveUpload(
  request: Request,
  limits: UploadLimits,
  write: (parts: AsyncIterable<Uint8Array>) => Promise<Written>,
): Promise<Upload> {
  const form = openForm(request, limits);
  letSend(request);
  const fields = new Map<string, string>();
  let received: Promise<Written & { filename: string }> | undefined;
  let content: BusboyFileStream | undefined;
  const parsed = new Promise<void>((resolve, reject) => {
    const on = listenTo(form, reject);
    on("field", (name: PartName, value: string, _isCut: boolean, isValueCut: boolean) => {
      const problem = isValueCut
        ? `must have at most ${LONGEST_FIELD} bytes`
        : damage(`${name ?? ""}${value}`);
      if (problem) reject(faultOf(name, problem));
      else fields.set(name ?? "", value);
    });
    on("file", (name: PartName, stream: BusboyFileStream, filename: string | undefined) => {
      // Its reader gets the error; without a listener it would end the process.
      stream.on("error", () => {});
      if (name !== "file" || received) {
        reject(faultOf(name, "send one file, as the field file"));
        return;
      }
      content = stream;
      received = write(bounded(stream, limits)).then((written) => ({ ...written, filename: filename ?? "" }));
      received.catch(reject);
    });
    form.once("finish", resolve);
    form.once("error", (error: unknown) => reject(interrupted(error)));
    request.once("close", () => {
      if (!request.complete) reject(interrupted(new Error("the connection was closed")));
    });
    request.pipe(form);
  });
  try {
    await parsed;
  } catch (error) {
    request.unpipe(form);
    content?.destroy(interrupted(error)); // stops its writer
    await received?.catch(() => {});
    throw error;
  }
  const written = await received;
  if (!written) throw new ApiError("invalid_request", "file: is required.", "file");
  return { ...written, filename: checkFilename(written.filename), fields: parseFields(fields) };
}

/** The parser's types say that every part has one. */
type PartName = string | undefined;

/** Adds listeners to a form. What one throws would end the process: it refuses the upload instead. */
function listenTo(form: ReturnType<typeof openForm>, reject: (error: unknown) => void) {
  return <Args extends unknown[]>(event: string, listener: (...args: Args) => void) => {
    // A cast: the parser's types do not say what all of its events bring.
    form.on(
      event as "finish",
      ((...args: Args) => {
        try {
          listener(...args);
        } catch (error) {
          reject(error);
        }
      }) as () => void,
    );
  };
}

function faultOf(field: PartName, problem: string): ApiError {
  if (field === undefined) return new ApiError("invalid_request", `A part without a name: ${problem}.`);
  const name = shortName(field);
  return new ApiError("invalid_request", `${name}: ${problem}.`, name);
}

/** The parser replaces bytes that are not UTF-8 with U+FFFD. */
function damage(text: string): string | undefined {
  return text.includes("\ufffd") ? "is not valid UTF-8" : undefined;
}

function openForm(request: Request, limits: UploadLimits) {
  const type = request.headers["content-type"] ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new ApiError(
      "unsupported_media_type",
      "Send the file as multipart/form-data, with the fields file and purpose.",
    );
  }
  if (request.headers["content-encoding"] !== undefined) {
    throw new ApiError("unsupported_media_type", "Compressed uploads are not taken. Send the file as it is.");
  }
  checkSize(Number(request.headers["content-length"] ?? 0) - FORM_BYTES, limits);
  try {
    return new Busboy({
      headers: { ...request.headers, "content-type": type },
      // Names of files may hold any letters.
      defCharset: "utf8",
      limits: {
        files: 2,
        fields: 20,
        fieldSize: LONGEST_FIELD,
        fileSize: limits.maxBytes + 1,
        headerPairs: 50,
      },
    });
  } catch (error) {
    const reason = errorMessage(error);
    throw new ApiError("invalid_request", `The multipart form cannot be read: ${reason}.`);
  }
}

/** @throws {ApiError} when a file of this size is not taken. */
function checkSize(bytes: number, { maxBytes, roomLeft }: UploadLimits): void {
  if (bytes > maxBytes) {
    throw new ApiError("request_too_large", `file: is larger than ${maxBytes} bytes. Split it.`, "file");
  }
  if (bytes > roomLeft) {
    const message = `file: does not fit what is left of your storage, ${Math.max(roomLeft, 0)} bytes. Delete files that you no longer need.`;
    throw new ApiError("quota_exceeded", message, "file");
  }
}

async function* bounded(stream: BusboyFileStream, limits: UploadLimits): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  // When the content is refused the stream stays open; the rest is read and discarded.
  for await (const part of stream.iterator({ destroyOnReturn: false })) {
    const chunk = part as Buffer; // a stream without an encoding gives buffers
    bytes += chunk.byteLength;
    checkSize(bytes, limits);
    yield chunk;
  }
}

function interrupted(error: unknown): ApiError {
  const reason = errorMessage(error);
  return new ApiError("upload_interrupted", `The upload ended before its form did: ${reason}.`);
}

/** The last part of the name: some clients send a whole path. */
function checkFilename(filename: string): string {
  const name = filename.split(/[/\\]/).at(-1)?.trim() ?? "";
  const problem = damage(name);
  if (problem) throw new ApiError("invalid_request", `file: its name ${problem}.`, "file");
  if (name === "" || name.length > LONGEST_FILENAME || !name.isWellFormed() || hasControls(name)) {
    const message = `file: needs a name of 1 to ${LONGEST_FILENAME} characters without control characters.`;
    throw new ApiError("invalid_request", message, "file");
  }
  return name;
}

function hasControls(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\x7f");
}

/** Form fields such as `expires_after[seconds]` as an object. */
function parseFields(fields: ReadonlyMap<string, string>): z.output<typeof fileFieldsSchema> {
  const value = new Map<string, unknown>();
  for (const [name, text] of fields) {
    const [, outer = name, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
    const earlier = value.get(outer);
    if (inner === undefined) value.set(outer, text);
    else value.set(outer, { ...(typeof earlier === "object" ? earlier : {}), [inner]: text });
  }
  return parseRequest(fileFieldsSchema, Object.fromEntries(value));
}
