// `npm run bench -- <benchmark>`: sets up what is missing, then runs a benchmark; `--help` lists them.
import { setUp } from "./setup.mjs";

setUp();
await import("../bench/dist/main.js");
