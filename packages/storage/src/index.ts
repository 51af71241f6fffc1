export * from "./write-file-durably.js";
