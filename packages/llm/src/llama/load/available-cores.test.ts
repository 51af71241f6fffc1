import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseThreads, countAvailableCores } from "./available-cores.js";

function machine(parallelism: number, files: Record<string, string> = {}) {
  return { parallelism, readText: (path: string) => files[path] };
}

test("without a quota all cores count", () => {
  assert.equal(countAvailableCores(machine(16)), 16);
  assert.equal(countAvailableCores(machine(16, { "/sys/fs/cgroup/cpu.max": "max 100000\n" })), 16);
});

test("a version 2 quota counts, of the process's own group and of those above", () => {
  const own = "/sys/fs/cgroup/kube/pod";
  const files = { "/proc/self/cgroup": "0::/kube/pod\n", [`${own}/cpu.max`]: "250000 100000\n" };
  assert.equal(countAvailableCores(machine(64, files)), 2.5);
  assert.equal(
    countAvailableCores(machine(64, { ...files, "/sys/fs/cgroup/kube/cpu.max": "150000 100000" })),
    1.5,
  );
});

test("a version 1 quota counts; -1 is none", () => {
  const v1 = (quota: string) => ({
    "/proc/self/cgroup": "4:memory:/\n3:cpu,cpuacct:/docker/1\n",
    "/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us": quota,
    "/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us": "100000\n",
  });
  assert.equal(countAvailableCores(machine(8, v1("300000\n"))), 3);
  assert.equal(countAvailableCores(machine(8, v1("-1\n"))), 8);
});

test("one core stays free, and there is always one thread", () => {
  assert.equal(chooseThreads(machine(8)), 7);
  assert.equal(chooseThreads(machine(2)), 1);
  assert.equal(chooseThreads(machine(1)), 1);
  assert.equal(chooseThreads(machine(8, { "/sys/fs/cgroup/cpu.max": "50000 100000" })), 1);
});
