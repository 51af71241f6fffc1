import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import { z } from "zod";

export { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What a process's `/metrics` are read from. */
export type MetricsSource = Pick<Registry, "contentType" | "metrics" | "getMetricsAsJSON">;

/** Gauges of prom-client whose names end as counters' do, which Prometheus' checks refuse. The same by type remain. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** A registry that holds Node's own figures: memory, event loop, garbage collection. */
export function createMetrics(app: string): Registry {
  const registry = createBareMetrics(app);
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
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
