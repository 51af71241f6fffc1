import { hostname } from "node:os";

/** The name of this process among those of all hosts: `host:pid`. */
export function processName(): string {
  return `${hostname()}:${process.pid}`;
}
