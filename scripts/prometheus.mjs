// `npm run test:prometheus`: metrics, dashboards and alerts with a real Prometheus that scrapes a running stack.
// Prometheus comes from the system's package manager.
import { has, installSystemPackage, ROOT, run, setUp } from "./setup.mjs";

setUp();
if (!has("prometheus") || !has("promtool")) installSystemPackage("prometheus", "no Prometheus with promtool");
run(process.execPath, [`${ROOT}test/dist/prometheus/suite.js`], "The tests with Prometheus failed.");
