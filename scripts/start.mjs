// `npm run demo` and `npm start`: sets up what is missing, then hands over to the command line.
import { setUp } from "./setup.mjs";

setUp();
await import("../apps/cli/dist/main.js");
