/**
 * Whatever the client throws of its own, abort reasons excepted. The message says what failed and what to do about
 * it; it needs no stack trace beside it.
 */
export class BullpenError extends Error {
  override readonly name: string = "BullpenError";
  /** Bullpen's own processes print the message of such an error without its stack. */
  readonly operatorMessage = true;
}

/** Where an error answer of the API is described. */
export interface ErrorDetails {
  /** The HTTP status. */
  readonly status: number;
  /** The API's error code, such as `model_not_found`; `null` where something else answered. */
  readonly code: string | null;
  /** The field at fault, such as `[3].query`; `null` where no field is. */
  readonly param: string | null;
  /** The id under which the server's log has the request; `null` where something else answered. */
  readonly requestId: string | null;
}

/** The API refused a request. The same request would be refused again. */
export class RequestRefusedError extends BullpenError implements ErrorDetails {
  override readonly name = "RequestRefusedError";
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly requestId: string | null;

  constructor(message: string, { status, code, param, requestId }: ErrorDetails) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.requestId = requestId;
  }
}

/** The API is away or too busy: every attempt failed, and a later one may succeed. */
export class ServiceUnavailableError extends BullpenError {
  override readonly name = "ServiceUnavailableError";
  /** `null` where no answer came. */
  readonly details: ErrorDetails | null;
  /** The pause that the server asks for before the next attempt, in milliseconds. Default: 0. */
  readonly retryAfterMs: number;

  constructor(message: string, details: ErrorDetails | null = null, retryAfterMs = 0) {
    super(message);
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nothing has ever answered at the address. */
export class ConnectionError extends BullpenError {
  override readonly name = "ConnectionError";
}

/** Something answers at the address, and it is no Bullpen of this version. */
export class UnexpectedAnswerError extends BullpenError {
  override readonly name = "UnexpectedAnswerError";
}
