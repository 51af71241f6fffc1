import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseNvidiaGpus } from "@bullpen/runtime";
import { planGpuGroups } from "./gpu-groups.js";

const UUIDS = ["GPU-0a11", "GPU-0b22", "GPU-1c33", "GPU-1d44", "GPU-1e55"];

function gpus(count: number) {
  return parseNvidiaGpus(
    UUIDS.slice(0, count)
      .map((uuid, i) => `${i}, ${uuid}, NVIDIA H100, 0, 81559, 0`)
      .join("\n"),
  );
}

describe("GPUs in groups", () => {
  const groups: [what: string, count: number, visible: string | undefined, per: number, want: string[][]][] =
    [
      [
        "four are two pairs",
        4,
        undefined,
        2,
        [
          ["0", "1"],
          ["2", "3"],
        ],
      ],
      ["four may be one group", 4, undefined, 4, [["0", "1", "2", "3"]]],
      ["or one each", 2, undefined, 1, [["0"], ["1"]]],
      ["a machine without", 0, undefined, 2, []],
      [
        "a list from outside, in its order",
        4,
        "3,1,0,2",
        2,
        [
          ["3", "1"],
          ["0", "2"],
        ],
      ],
      ["UUIDs and their beginnings", 4, "GPU-0b22,GPU-1c", 2, [["GPU-0b22", "GPU-1c"]]],
      ["a beginning that two share ends the list", 4, "0,GPU-0,1", 1, [["0"]]],
      ["-1 ends the list", 4, "0,-1,1", 1, [["0"]]],
      ["and hides all where it comes first", 4, "-1", 1, []],
      ["an index that is not there ends the list", 2, "1,7,0", 1, [["1"]]],
      ["slices are taken at their word", 1, "MIG-1,MIG-2", 1, [["MIG-1"], ["MIG-2"]]],
      ["a list where nvidia-smi is missing: nobody can tell", 0, "0,1,2,3", 2, []],
    ];
  for (const [what, count, visible, perWorker, want] of groups) {
    test(what, () => assert.deepEqual(planGpuGroups(gpus(count), visible, perWorker).groups, want));
  }

  test("what is left over is said, with the settings that leave nothing", () => {
    const { groups, notes } = planGpuGroups(gpus(5), undefined, 2);
    assert.equal(groups.length, 2);
    assert.match(notes.join(), /^1 of 5 GPUs \(4\) is left unused: .* Set GPUS_PER_WORKER to 1 or 5\.$/);
  });

  test("fewer than one worker wants are all for one worker", () => {
    const { groups, notes } = planGpuGroups(gpus(1), undefined, 2);
    assert.deepEqual(groups, [["0"]]);
    assert.match(notes.join(), /There is 1 GPU and GPUS_PER_WORKER is 2/);
  });
});
