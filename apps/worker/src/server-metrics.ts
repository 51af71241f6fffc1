import type { ServerFigures } from "@bullpen/llm";
import { Counter, Gauge, type Registry } from "@bullpen/runtime";

/** Figures of each server of `LLM_BASE_URL`. Its address is the label: there are as many as the setting lists. */
export function registerServerMetrics(registry: Registry, servers: readonly ServerFigures[]): void {
  const common = { labelNames: ["server"], registers: [registry] };
  const gauge = (name: string, help: string, read: (server: ServerFigures) => number) =>
    new Gauge({
      ...{ name, help, ...common },
      collect() {
        for (const server of servers) this.set({ server: server.address }, read(server));
      },
    });
  const counter = (name: string, help: string, read: (server: ServerFigures) => number) =>
    new Counter({
      ...{ name, help, ...common },
      collect() {
        this.reset();
        for (const server of servers) this.inc({ server: server.address }, read(server));
      },
    });
  gauge("bullpen_model_server_up", "1 while the model server takes requests, else 0.", ({ isUp }) =>
    isUp ? 1 : 0,
  );
  gauge(
    "bullpen_model_server_in_flight",
    "Requests of this worker that the model server works on.",
    ({ inFlight }) => inFlight,
  );
  counter(
    "bullpen_model_server_requests_total",
    "Turns that this worker gave to the model server, repeated ones included.",
    ({ requests }) => requests,
  );
  counter(
    "bullpen_model_server_errors_total",
    "Turns that the model server did not complete. Cancelled ones do not count.",
    ({ errors }) => errors,
  );
}
