import { agentQueueName } from "@bullpen/contracts";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { MODEL } from "../model-name.js";

/** A key of BullMQ's agent queue. */
export function queueKey(part: string): string {
  return `${KEY_PREFIX}:${agentQueueName(MODEL)}:${part}`;
}

/** Where BullMQ keeps who holds a query. */
export function lockOf(query: string): string {
  return queueKey(`${query}:lock`);
}
