/**
 * What Bullpen promises, each promise under an id. A test cites ids at the end of its title, in
 * brackets: `test("… [steps-once] [worker-dies]", …)`. Tests that are named here by file and title
 * cite the id that names them. `requirements.test.ts` fails on a promise that no test cites.
 */
export interface Requirement {
  readonly promise: string;
  /** `path: title`, the path from the repository's root, the title as it begins in the source. */
  readonly tests?: readonly string[];
  /** Why nothing verifies it yet. */
  readonly later?: string;
}
