/**
 * The names that the two ends of a controller link refuse each other with. A program reads `reason` (or the close
 * code); a person reads the sentence beside it. docs/device-protocol.md prints these tables.
 */

export const SUBPROTOCOL = "greenwave.v1";
/** Larger frames close the socket with 1009, bytes. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** The link is dead when this many heartbeats in a row stayed silent; each end then closes the socket. */
export const MISSED_ALIVES = 3;
/** Without the centre this long, the controller goes to its fallback plan (RSMP's figure), ms. */
export const LINK_LOST_FALLBACK_MS = 120_000;
/** Batches of events that a controller may have sent without an answer. */
export const EVENT_WINDOW = 8;

/** JSON-RPC error codes by reason. The first five are those of JSON-RPC 2.0 itself. */
export const ERROR_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  notAuthorized: -32000,
  noRights: -32001,
  notRegistered: -32002,
  alreadyRegistered: -32003,
  badValue: -32004,
  outOfRange: -32005,
  readOnly: -32006,
  missing: -32007,
  conflict: -32008,
  staleVersion: -32009,
  staleEpoch: -32010,
  clockSkew: -32011,
  notInControl: -32012,
  transitionInfeasible: -32013,
  planRejected: -32014,
  badSignature: -32015,
  badHash: -32016,
  busy: -32017,
  unknownTransaction: -32018,
  overloaded: -32019,
} as const;

export type ErrorReason = keyof typeof ERROR_CODES;

/** What each reason means, for the documents and for messages that have nothing better to say. */
export const ERROR_SENTENCES: Readonly<Record<ErrorReason, string>> = {
  parseError: "The frame is not JSON",
  invalidRequest: "The frame is JSON but not a message of this protocol",
  methodNotFound: "The method does not exist",
  invalidParams: "A parameter is missing, unknown or of the wrong form",
  internal: "The receiver failed; the same request may be sent again",
  notAuthorized: "The sender is not who it says",
  noRights: "The session is for monitoring only",
  notRegistered: "The first request of a session is register",
  alreadyRegistered: "The session has registered before",
  badValue: "A value makes no sense here",
  outOfRange: "A value lies outside what the controller can do",
  readOnly: "The value is configuration and not to be written",
  missing: "Something that is referred to does not exist",
  conflict: "The request contradicts what was decided before",
  staleVersion: "The revision is not newer than the one that runs",
  staleEpoch: "The request belongs to an earlier session",
  clockSkew: "The clocks differ by more than 2 s (rule 28)",
  notInControl: "The controller does not run a plan of the centre",
  transitionInfeasible: "The plan cannot be reached within the transition limits (rule 24)",
  planRejected: "The plan breaks a safety rule; every finding is listed",
  badSignature: "The signature does not belong to the content and the centre's key",
  badHash: "The hash does not belong to the content (rule 33)",
  busy: "Another plan transaction is under way",
  unknownTransaction: "No such transaction is prepared; prepare it again",
  overloaded: "Too many requests without an answer; wait for the answers",
};

/** WebSocket close codes. 1xxx as in RFC 6455; 4xxx are ours. */
export const CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  frameTooBig: 1009,
  tryAgainLater: 1013,
  replaced: 4000,
  protocolError: 4001,
  flooding: 4002,
  registerTimeout: 4003,
  aliveTimeout: 4004,
  wrongIdentity: 4005,
  configurationChanged: 4006,
} as const;

export type CloseReason = keyof typeof CLOSE_CODES;

/** What each close code means and what the controller does next. */
export const CLOSE_SENTENCES: Readonly<Record<CloseReason, string>> = {
  normal: "The controller said good-bye",
  goingAway: "The centre stops; connect again with back-off",
  frameTooBig: "A frame was larger than 256 KiB",
  tryAgainLater: "The centre could not send fast enough; connect again with back-off",
  replaced: "A newer session of the same controller has taken over; do not connect again from this one",
  protocolError: "A frame was not a message of this protocol; mend the program, then connect again",
  flooding: "More frames than the limit; slow down, then connect again with back-off",
  registerTimeout: "No register within 10 s",
  aliveTimeout: "The controller did not answer alive; connect again with back-off",
  wrongIdentity: "register named another controller than the address and the token",
  configurationChanged: "The centre has another configuration now; connect again with back-off",
};
