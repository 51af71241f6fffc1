import { formatOfName } from "@bullpen/batch-data";
import { INPUT_FORMATS } from "@bullpen/contracts";
import { ApiError, type CreateBatch } from "@bullpen/protocol";
import { allowedPlace, type BatchSource, type Location, LocationError } from "@bullpen/storage";

/** Where a batch reads and writes, if it says so. */
export interface BatchPlaces {
  readonly source: Omit<BatchSource, "max_bytes"> | undefined;
  readonly output_uri: string | undefined;
}

/**
 * Checks the URIs of a batch against the places that its tenant may name. Whether there are such files is told by the
 * batch itself: the api needs no access to them.
 *
 * @throws {ApiError} `invalid_request`, naming the field.
 */
export function checkPlaces(
  { locations }: { readonly locations: readonly Location[] },
  { bullpen = {} }: CreateBatch,
  tenant: string,
): BatchPlaces {
  const { input_uri: uri, output_uri, column } = bullpen;
  for (const name of ["input_uri", "output_uri"] as const) checkPlace(name, bullpen[name], tenant, locations);
  if (uri === undefined) return { source: undefined, output_uri };
  const format = bullpen.input_format ?? formatOfName(uri);
  if (!format) {
    const message = `bullpen.input_format: must be one of ${INPUT_FORMATS.join(", ")}, because the name of bullpen.input_uri does not say what the file holds.`;
    throw new ApiError("invalid_request", message, "bullpen.input_format");
  }
  return { source: { uri, format, ...(column !== undefined && { column }) }, output_uri };
}

function checkPlace(
  name: string,
  uri: string | undefined,
  tenant: string,
  locations: readonly Location[],
): void {
  if (uri === undefined) return;
  try {
    allowedPlace(uri, tenant, locations);
  } catch (error) {
    if (!(error instanceof LocationError)) throw error;
    throw new ApiError("invalid_request", `bullpen.${name}: ${error.message}.`, `bullpen.${name}`);
  }
}
