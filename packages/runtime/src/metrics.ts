import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import { z } from "zod";

export { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What a process's `/metrics` are read from. */
export type MetricsSource = Pick<Registry, "contentType" | "metrics" | "getMetricsAsJSON">;

/** A registry that holds Node's own figures: memory, event loop, garbage collection. */
export function createMetrics(app: string): Registry {
  const registry = createBareMetrics(app);
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A registry that holds nothing yet. */
export function createBareMetrics(app: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  return registry;
}

/** One process's figures as `/metrics.json` gives them. */
export const metricsJsonSchema = z.array(z.looseObject({ name: z.string() }));
export type MetricsJson = z.output<typeof metricsJsonSchema>;

/** The figures of several processes as one: those of one name and labels are added up. */
export function mergeMetrics(parts: readonly MetricsJson[]): Registry {
  return AggregatorRegistry.aggregate([...parts]);
}
