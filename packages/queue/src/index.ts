export type { Redis } from "ioredis";
export * from "./agent-queue.js";
export * from "./agent-worker.js";
export * from "./board.js";
export * from "./connection.js";
export * from "./end-waiter.js";
export * from "./model-registry.js";
export * from "./tool-worker.js";
export * from "./transcript-store.js";
