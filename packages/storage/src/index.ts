export * from "./batches/batch-records.js";
export * from "./batches/batch-store.js";
export * from "./batches/batch-view.js";
export * from "./batches/part-file.js";
export * from "./batches/read-results.js";
export * from "./files/file-store.js";
export * from "./local-store.js";
export * from "./store.js";
export { writeFileDurably } from "./write-file-durably.js";
