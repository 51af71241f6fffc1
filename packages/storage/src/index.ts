export * from "./local-store.js";
export * from "./store.js";
export { writeFileDurably } from "./write-file-durably.js";
