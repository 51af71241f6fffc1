import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { GOLDEN, parseManifests } from "./chart.js";

const scaledObjectSchema = z.object({
  minReplicaCount: z.number(),
  maxReplicaCount: z.number(),
  triggers: z.array(
    z.object({
      type: z.literal("prometheus"),
      name: z.string(),
      metricType: z.literal("AverageValue"),
      metadata: z.object({
        query: z.string(),
        threshold: z.coerce.number(),
        activationThreshold: z.coerce.number(),
      }),
    }),
  ),
});
export type ScaledObject = z.output<typeof scaledObjectSchema>;

/** The ScaledObjects of an example, by name, as its golden file has them. */
export function scaledObjectsOf(example: string): ReadonlyMap<string, ScaledObject> {
  const manifests = parseManifests(readFileSync(join(GOLDEN, `${example}.yaml`), "utf8"));
  return new Map(
    manifests
      .filter(({ kind }) => kind === "ScaledObject")
      .map(({ metadata, spec }) => [metadata.name, scaledObjectSchema.parse(spec)]),
  );
}

/**
 * How many pods KEDA and the autoscaler that it feeds ask for: none while no trigger is above its activation, else for
 * each trigger its value over its threshold, rounded up, and of these the largest.
 *
 * @param evaluate the value of a query on Prometheus.
 */
export async function replicasFor(
  scaled: ScaledObject,
  evaluate: (query: string) => Promise<number>,
): Promise<number> {
  const values = await Promise.all(scaled.triggers.map(({ metadata }) => evaluate(metadata.query)));
  const isActive = scaled.triggers.some(({ metadata }, i) => (values[i] ?? 0) > metadata.activationThreshold);
  if (!isActive) return scaled.minReplicaCount;
  const wanted = scaled.triggers.map(({ metadata }, i) => Math.ceil((values[i] ?? 0) / metadata.threshold));
  return Math.min(scaled.maxReplicaCount, Math.max(1, scaled.minReplicaCount, ...wanted));
}
