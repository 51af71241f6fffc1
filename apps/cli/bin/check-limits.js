import { readFileSync } from "node:fs";

/** What the stack's processes need before a client comes. */
const FEWEST_FILES = 256;

/**
 * Ends the process with a sentence where it may open too few files to load the rest of the program. Plain JavaScript
 * without imports of ours: it runs before them. Only Linux tells; elsewhere nothing is checked.
 */
export function checkLimits() {
  const files = openFilesAllowed();
  if (files >= FEWEST_FILES) return;
  console.error(
    `A process may open ${files} files here (ulimit -n). Bullpen needs ${FEWEST_FILES}, and more for many clients: allow 1024 or more, and start again.`,
  );
  process.exit(1);
}

function openFilesAllowed() {
  try {
    const [, count] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return count === undefined ? Number.POSITIVE_INFINITY : Number(count);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
