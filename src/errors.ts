/**
 * Failures of the environment or of a caller, thrown. Expected outcomes (infeasible, rejected, BLOCK findings) are
 * values, and bugs are assertions. One class per way of handling; each code is documented in docs/errors.md.
 */

/** One fault in something from outside: where it is, what was found there and what was expected. */
export interface Fault {
  /** JSON path, e.g. `intersections.3.phases.0.yellowS`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

export type ErrorCode =
  | "invalidInput"
  | "notAuthenticated"
  | "notAuthorized"
  | "notFound"
  | "conflict"
  | "tooLarge"
  | "overloaded"
  | "unavailable";

const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  invalidInput: 400,
  notAuthenticated: 401,
  notAuthorized: 403,
  notFound: 404,
  conflict: 409,
  tooLarge: 413,
  overloaded: 503,
  unavailable: 503,
};

/** An error that a client may see: a stable code, a sentence, and every fault found. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { faults?: readonly Fault[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.faults = options.faults ?? [];
  }

  get httpStatus(): number {
    return HTTP_STATUS[this.code];
  }
}

/** What something that was thrown says. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** Stops on a broken precondition or a bug, always on; `message` carries the values. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** The value, or a stop when it is absent: for look-ups that the checks of the input have already proved. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`assertion failed: ${what} is missing`);
  return value;
}
