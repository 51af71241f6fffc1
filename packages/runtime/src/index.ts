export * from "./health-server.js";
export * from "./listen.js";
export * from "./logger.js";
export * from "./metrics.js";
export * from "./parse-env.js";
export * from "./run-process.js";
export * from "./startup-error.js";
export * from "./supervised-process.js";
