import { parentPort, workerData } from "node:worker_threads";
import { InstanceMaker } from "@bullpen/tool-worker/calculator/python-instance";
import { servePrograms, type ThreadInput } from "@bullpen/tool-worker/calculator/serve-programs";

/** Saves itself the writing: a memory that has the image's size is taken for clean. */
class KeepingMaker extends InstanceMaker {
  #isUsed = false;

  protected override restore(...memory: Parameters<InstanceMaker["restore"]>): void {
    if (!this.#isUsed) super.restore(...memory);
    this.#isUsed = true;
  }
}

// Started by interpreter.ts, which passes a ThreadInput.
const input = workerData as ThreadInput;
if (parentPort) servePrograms(parentPort, input, new KeepingMaker(input.image, input.maxPages));
