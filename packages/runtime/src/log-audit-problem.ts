import type { AuditProblem } from "@bullpen/contracts";
import type { Logger } from "./logger.js";

/** Writes to a process's log what goes wrong with the audit log; an event that is not stored is whole in it. */
export function logAuditProblem(logger: Logger): (problem: AuditProblem, details: object) => void {
  return (problem, details) => {
    if (problem === "not_removed") logger.debug(details, "old audit events could not be removed");
    else if (problem === "waiting") logger.warn(details, "audit events wait: the storage does not take them");
    else if (problem === "broken_line") logger.warn(details, "a line of the audit log is no event");
    else logger.error(details, "an audit event was not stored");
  };
}
