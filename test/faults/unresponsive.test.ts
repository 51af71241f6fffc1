import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { QUEUE_TIMES } from "@bullpen/contracts";
import { verifies } from "../source-checks/requirements/requirements.js";
import { freeze, spin } from "./injectors/unresponsive.js";
import type { Role } from "./member.js";
import { assertSound, playScenario } from "./scenario.js";
import { makePlans } from "./workload.js";

const QUERIES = 60;

describe("a process that answers nothing", { concurrency: 2 }, () => {
  for (const role of ["worker", "tool-worker"] as const satisfies Role[]) {
    test(verifies(["unresponsive-replaced"], `a ${role} is replaced, and its queries end as ever`), () =>
      playScenario({ slots: 4, modelMs: [200, 400], times: QUEUE_TIMES }, async (scenario) => {
        const { fleet, workload, faults } = scenario;
        const [first, second] = await Promise.all([fleet.add(role), fleet.add(role)]);
        await fleet.add(role === "worker" ? "tool-worker" : "worker");
        await workload.submit(makePlans(QUERIES));
        faults.push(...(await Promise.all([spin(first), freeze(second)])));
        assertSound(await scenario.end(), scenario);
        assert.equal(new Set([...first.deaths, ...second.deaths].map(({ signal }) => signal)).size, 1);
      }),
    );
  }
});
