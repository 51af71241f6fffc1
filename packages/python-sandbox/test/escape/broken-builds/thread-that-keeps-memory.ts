import { parentPort, workerData } from "node:worker_threads";
import { InstanceFactory } from "#src/run/python-instance.js";
import { servePrograms, type ThreadInput } from "#src/run/serve-programs.js";

/** A factory that overwrites a memory only before its first use. */
class KeepingFactory extends InstanceFactory {
  #isUsed = false;

  protected override restore(...memory: Parameters<InstanceFactory["restore"]>): void {
    if (!this.#isUsed) super.restore(...memory);
    this.#isUsed = true;
  }
}

// interpreter.ts starts this module and passes a ThreadInput.
const input = workerData as ThreadInput;
if (parentPort) servePrograms(parentPort, input, new KeepingFactory(input.snapshot, input.maxPages));
