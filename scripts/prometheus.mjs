// `npm run test:prometheus`: metrics, dashboards and alerts with a real Prometheus that scrapes a running stack. It comes
// from the system's package manager; where it cannot be had this says so and ends with 0, for it cannot judge then.
import { has, ROOT, run, setUp, tryToInstall } from "./setup.mjs";

setUp();
const isThere = () => has("prometheus") && has("promtool");
const problem = isThere() ? undefined : tryToInstall("prometheus", "no Prometheus with promtool");
if (isThere()) {
  for (const suite of ["suite", "scaling-suite"])
    run(process.execPath, [`${ROOT}test/dist/prometheus/${suite}.js`], "The tests with Prometheus failed.");
} else {
  console.log(`Not run: ${problem ?? "the package brought no promtool."}`);
}
