import { isAbsolute, normalize } from "node:path";
import { checkedKey } from "../key.js";

/** A place that batches may name: a folder, or a part of a bucket. */
export type Location =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

/** A file at a place: an allowed folder and the path in it, or an object. */
export type Place =
  | { readonly kind: "folder"; readonly folder: string; readonly path: string; readonly uri: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string; readonly uri: string };

/** A URI or a location that cannot be used; the message says why, without the URI. */
export class LocationError extends Error {
  override readonly name = "LocationError";
}

/** Stands for the tenant's name in a location. */
const TENANT = "{tenant}";
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * A location as the operator writes it: `/srv/batches`, `s3://bucket`, `s3://bucket/prefix/{tenant}`.
 *
 * @throws {LocationError}
 */
export function parseLocation(text: string): Location {
  if (text.startsWith("s3://")) {
    const [bucket = "", ...names] = text.slice("s3://".length).split("/");
    while (names.at(-1) === "") names.pop();
    const prefix = names.join("/");
    if (!BUCKET.test(bucket)) throw new LocationError(`${text}: ${bucket} is no name of a bucket`);
    if (prefix !== "") checkKey(prefix.replaceAll(TENANT, "tenant"), text);
    return { kind: "s3", bucket, prefix };
  }
  if (!isAbsolute(text) || text.includes("\0")) {
    throw new LocationError(`${text} must be an absolute path, or s3://bucket/prefix`);
  }
  const path = normalize(text).replace(/(?<=.)\/$/, "");
  if (path === "/") throw new LocationError("must not be the root of the file system");
  return { kind: "folder", path };
}

function checkKey(key: string, text: string): void {
  try {
    checkedKey(key);
  } catch {
    throw new LocationError(`${text}: what follows the bucket must be names with slashes between them`);
  }
}

/**
 * The place that a URI names, when it is within one of the locations of a tenant: `s3://bucket/key`, `/folder/file` or
 * `file:///folder/file`. Whether a path leaves its folder through a link is told when it is opened (place-access.ts).
 *
 * @throws {LocationError} that says what is allowed.
 */
export function allowedPlace(uri: string, tenant: string, locations: readonly Location[]): Place {
  if (locations.length === 0) {
    throw new LocationError(
      "this server reads and writes at no URI; its operator allows some by BATCH_LOCATIONS",
    );
  }
  const place = uri.startsWith("s3://") ? s3Place(uri) : folderPlace(uri);
  for (const location of locations) {
    if (place.kind === "s3" && location.kind === "s3") {
      const prefix = location.prefix.replaceAll(TENANT, tenant);
      const isIn = location.bucket === place.bucket && (prefix === "" || place.key.startsWith(`${prefix}/`));
      if (isIn) return { ...place, uri };
    }
    if (place.kind === "folder" && location.kind === "folder") {
      const folder = location.path.replaceAll(TENANT, tenant);
      if (place.path.startsWith(`${folder}/`)) return { ...place, folder, uri };
    }
  }
  const allowed = locations.map((location) => describeLocation(location, tenant)).join(", ");
  throw new LocationError(`is not within a place that you may name: ${allowed}`);
}

function describeLocation(location: Location, tenant: string): string {
  const place = location.kind === "s3" ? `s3://${location.bucket}/${location.prefix}` : location.path;
  return place.replaceAll(TENANT, tenant);
}

function s3Place(uri: string): { kind: "s3"; bucket: string; key: string } {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (!BUCKET.test(bucket) || key === "") throw new LocationError("must be s3://bucket/key, with a key");
  try {
    return { kind: "s3", bucket, key: checkedKey(key) };
  } catch {
    throw new LocationError(
      "has a key that is not taken: names of letters, digits, spaces and . _ , = @ + ~ - with slashes between them, none of which begins with a dot",
    );
  }
}

function folderPlace(uri: string): { kind: "folder"; path: string } {
  const path = uri.startsWith("file://") ? pathOfUrl(uri) : uri;
  const isPath = isAbsolute(path) && !path.includes("\0") && !path.endsWith("/") && normalize(path) === path;
  if (!isPath) throw new LocationError("must be s3://bucket/key or an absolute path without . and .. in it");
  return { kind: "folder", path };
}

function pathOfUrl(uri: string): string {
  try {
    const { host, pathname, search, hash } = new URL(uri);
    // A URL drops its `..`: the path must be the one that was written.
    const path = decodeURIComponent(pathname);
    if (host === "" && search === "" && hash === "" && uri.slice("file://".length) === pathname) return path;
  } catch {
    // told below
  }
  throw new LocationError("must be file:///path, with neither a host nor .. in it");
}
