export { idOfAccessKey } from "./access/access-key.js";
export type { AccessKeyRecord } from "./access/access-key-record.js";
export { endOf } from "./access/access-key-record.js";
export * from "./access/access-key-store.js";
export * from "./access/key-ring.js";
export { TenantLimits } from "./access/tenant-limits.js";
export { TenantRights } from "./access/tenant-rights.js";
export { AuditLog, type NewAuditEvent } from "./audit/audit-log.js";
export { AuditTrail } from "./audit/audit-trail.js";
export { eventOutsideRequests } from "./audit/event-outside-requests.js";
export {
  type Controls,
  deadlineOf,
  holdOf,
  type NumberedControls,
} from "./batches/batch-controls.js";
export type { BatchRef } from "./batches/batch-keys.js";
export * from "./batches/batch-records.js";
export type { BatchState } from "./batches/batch-state.js";
export * from "./batches/batch-status.js";
export * from "./batches/batch-store.js";
export * from "./batches/part-file.js";
export * from "./batches/read-results.js";
export { type Copied, copyStore, STORED_FOLDERS } from "./copy-store.js";
export * from "./files/file-store.js";
export { HistoryStore } from "./history/history-store.js";
export * from "./local-store.js";
export { allowedPlace, type Location, LocationError } from "./locations/location.js";
export {
  checkLocationSettings,
  locationAccessSettings,
  locationSettings,
} from "./locations/location-settings.js";
export { type OpenPlace, PlaceAccess, PlaceError } from "./locations/place-access.js";
export { makeFolder } from "./make-folder.js";
export * from "./open-store.js";
export * from "./read-lines.js";
export * from "./storage-settings.js";
export * from "./store.js";
export { UsageStore } from "./usage/usage-store.js";
export * from "./webhooks/webhook-records.js";
export * from "./webhooks/webhook-store.js";
export { writeFileDurably } from "./write-file-durably.js";
