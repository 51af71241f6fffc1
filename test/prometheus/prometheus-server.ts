import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";

const sampleSchema = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.tuple([z.number(), z.string()]),
});
const answerSchema = z.object({ data: z.object({ result: z.array(sampleSchema) }) });
type Sample = z.output<typeof sampleSchema>;

export interface PrometheusServer {
  /** The samples of an expression, now. */
  query(expression: string): Promise<readonly Sample[]>;
  /** The names of the alerts that fire. */
  firing(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * A real Prometheus that scrapes `targets` every second, with the alerts of infra/prometheus/rules.yml. An alert
 * fires here as soon as its condition holds; how long it must hold is what rules.test.yml tests.
 *
 * @param targets by host and port.
 */
export async function startPrometheus(targets: readonly string[]): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-prometheus-"));
  const rules = await readFile(join(ROOT, "infra/prometheus/rules.yml"), "utf8");
  await writeFile(join(folder, "rules.yml"), rules.replace(/^( +for: ).*$/gm, "$10s"));
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yml"],
    scrape_configs: [{ job_name: "bullpen", static_configs: [{ targets }] }],
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config)); // JSON is YAML
  const args = [
    "--config.file=prometheus.yml",
    "--storage.tsdb.path=data",
    "--web.listen-address=127.0.0.1:0",
  ];
  const child = spawn("prometheus", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const exit = once(child, "exit");
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  const url = await until("Prometheus listens", () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`);
    const address = /msg="Listening on" address=(\S+)/.exec(said)?.[1];
    return address && `http://${address}`;
  });
  const query = async (expression: string) => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
    if (!response.ok) throw new Error(`${expression}: ${await response.text()}`);
    return answerSchema.parse(await response.json()).data.result;
  };
  return {
    query,
    firing: async () => {
      const alerts = await query('ALERTS{alertstate="firing"}');
      return alerts.map(({ metric }) => metric.alertname ?? "").sort();
    },
    stop: async () => {
      child.kill();
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
