/**
 * The tables, as numbered steps. A step that has been released is never changed: a new one is added.
 * Instants are epoch ms. Counts lie by (startAtMs, detector): what arrives together lies together, which writes few
 * pages per commit and makes the window that demand estimation reads one stretch of the tree.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE networks (
    networkId TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL,
    createdBy TEXT NOT NULL, createdAtMs INTEGER NOT NULL,
    PRIMARY KEY (networkId, version)
  ) STRICT;

  CREATE TABLE detectors (
    number INTEGER PRIMARY KEY, networkId TEXT NOT NULL, detectorId TEXT NOT NULL,
    UNIQUE (networkId, detectorId)
  ) STRICT;

  CREATE TABLE counts (
    startAtMs INTEGER NOT NULL, detector INTEGER NOT NULL, durationS REAL NOT NULL, countVeh INTEGER NOT NULL,
    occupancy REAL,
    PRIMARY KEY (startAtMs, detector)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE plans (
    networkId TEXT NOT NULL, planId TEXT NOT NULL, plan TEXT NOT NULL, hash TEXT NOT NULL, networkHash TEXT NOT NULL,
    state TEXT NOT NULL, verdict TEXT NOT NULL, findings TEXT NOT NULL,
    createdBy TEXT NOT NULL, createdAtMs INTEGER NOT NULL, changedAtMs INTEGER NOT NULL,
    PRIMARY KEY (networkId, planId)
  ) STRICT;
  CREATE INDEX plansByAge ON plans (networkId, createdAtMs);

  CREATE TABLE planEvents (
    sequence INTEGER PRIMARY KEY, networkId TEXT NOT NULL, planId TEXT NOT NULL, state TEXT NOT NULL,
    atMs INTEGER NOT NULL, actorId TEXT NOT NULL, reason TEXT NOT NULL
  ) STRICT;
  CREATE INDEX planEventsByPlan ON planEvents (networkId, planId);

  CREATE TABLE revisions (networkId TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE runningPlans (
    networkId TEXT NOT NULL, intersectionId TEXT NOT NULL, planId TEXT NOT NULL,
    PRIMARY KEY (networkId, intersectionId)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decisions (
    sequence INTEGER PRIMARY KEY, txId TEXT NOT NULL UNIQUE, networkId TEXT NOT NULL, planId TEXT NOT NULL,
    decision TEXT NOT NULL
  ) STRICT;

  CREATE TABLE tokens (
    tokenId TEXT PRIMARY KEY, principalId TEXT NOT NULL, role TEXT NOT NULL, networkId TEXT, sha256 TEXT NOT NULL,
    createdBy TEXT NOT NULL, createdAtMs INTEGER NOT NULL, revokedAtMs INTEGER
  ) STRICT;

  CREATE TABLE approvals (
    approvalId TEXT PRIMARY KEY, networkId TEXT NOT NULL, content TEXT NOT NULL, revokedAtMs INTEGER
  ) STRICT;
  CREATE INDEX approvalsByNetwork ON approvals (networkId);

  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, atMs INTEGER NOT NULL, actorId TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, beforeHash TEXT, afterHash TEXT
  ) STRICT;

  CREATE TABLE controllerStates (
    controllerId TEXT PRIMARY KEY, atMs INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE loops (
    networkId TEXT PRIMARY KEY, settings TEXT, settingsSetAtMs INTEGER NOT NULL, state TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE loopDecisions (
    sequence INTEGER PRIMARY KEY, networkId TEXT NOT NULL, atMs INTEGER NOT NULL, outcome TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX loopDecisionsByAge ON loopDecisions (networkId, atMs);

  CREATE TABLE overrides (
    sequence INTEGER PRIMARY KEY, networkId TEXT NOT NULL, overrideId TEXT NOT NULL, content TEXT NOT NULL,
    UNIQUE (networkId, overrideId)
  ) STRICT;
  `,
  `
  CREATE TABLE schedules (
    networkId TEXT PRIMARY KEY, schedule TEXT NOT NULL, hash TEXT NOT NULL, changedBy TEXT NOT NULL,
    changedAtMs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE signals (
    number INTEGER PRIMARY KEY, networkId TEXT NOT NULL, intersectionId TEXT NOT NULL,
    UNIQUE (networkId, intersectionId)
  ) STRICT;

  CREATE TABLE signalEvents (
    signal INTEGER NOT NULL, minute INTEGER NOT NULL, events BLOB NOT NULL,
    PRIMARY KEY (signal, minute, events)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hotSpots (
    networkId TEXT NOT NULL, hotSpotId TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (networkId, hotSpotId)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX plansByAuthor ON plans (networkId, createdBy, createdAtMs);
  `,
];
