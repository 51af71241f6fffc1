import { connectRedis, type Redis } from "@bullpen/redis";
import { startWatchdog } from "@bullpen/runtime";
import { HistoryWriter } from "../history.js";
import { FaultPoint } from "./boundaries.js";
import { orderSchema, type Report, readSettings, type Settings, WATCHDOG_SECONDS } from "./settings.js";
import { setClockSkew } from "./skewed-clock.js";
import { tapRedis } from "./tap-redis.js";

export interface Entry {
  readonly settings: Settings;
  readonly redis: Redis;
  readonly history: HistoryWriter;
  readonly faultPoint: FaultPoint;
  readonly onError: (error: Error) => void;
}

/** What an entry hands back once it runs. */
export interface Started {
  readonly url?: string;
  readonly stop: () => Promise<void>;
}

/** Runs a process of the suite: Redis with a tap on it, orders of the test, SIGTERM. */
export async function runEntry(
  role: string,
  whenAway: "wait" | "fail-fast",
  start: (entry: Entry) => Promise<Started>,
): Promise<void> {
  const settings = readSettings();
  const history = new HistoryWriter(settings.historyFolder);
  const faultPoint = new FaultPoint(history, settings.armedFault);
  const onError = (error: Error) => history.write({ type: "error", message: error.message });
  startWatchdog({
    app: role,
    patienceSeconds: WATCHDOG_SECONDS,
    onError: (error) => onError(new Error(String(error))),
  });
  const redis = await connectRedis({ url: settings.redisUrl, whenAway });
  tapRedis(redis, { history, faultPoint });
  const { url, stop } = await start({ settings, redis, history, faultPoint, onError });
  process.on("message", (message) => obey(message, faultPoint));
  process.on("SIGTERM", () => void stop().then(() => process.exit(0)));
  // No process of the suite outlives the test that started it.
  process.on("disconnect", () => process.exit(0));
  history.write({ type: "ready", role });
  tell({ type: "ready", url });
}

function obey(message: unknown, faultPoint: FaultPoint): void {
  const order = orderSchema.parse(message);
  if (order.type === "arm") faultPoint.arm(order.armedFault);
  else if (order.type === "ping") tell({ type: "pong" });
  else if (order.type === "clock") {
    setClockSkew(order.skewMs);
    tell({ type: "clock", now: Date.now() });
  } else for (;;); // until the watchdog ends it
}

function tell(report: Report): void {
  process.send?.(report);
}

/** A time between the two bounds, so that processes do not march in step. */
export function somewhere([from, to]: readonly [number, number]): number {
  return from + Math.random() * (to - from);
}
