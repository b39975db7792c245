/** Opens the database file, sets what durability needs and brings the tables up to date. */
import path from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { AppError, messageOf } from "../errors.ts";
import { MIGRATIONS } from "./migrations.ts";

export const DATABASE_FILE = "greenwave.sqlite";

/**
 * Write-ahead log with a full sync at every commit: a commit that was answered survives a crash of the process and of
 * the machine. 4,000 pages of 4 KiB between checkpoints keep the log near 16 MB.
 */
const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA cache_size = -65536;
  PRAGMA busy_timeout = 5000;
`;

/** One process only owns the folder: a second one is refused here. */
export function openDatabase(folder: string): DatabaseSyncInstance {
  const db = new DatabaseSync(path.join(folder, DATABASE_FILE));
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE;");
    db.exec(PRAGMAS);
    migrate(db);
    return db;
  } catch (cause) {
    db.close();
    throw new AppError("unavailable", `cannot open the data folder ${folder}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function migrate(db: DatabaseSyncInstance): void {
  const { user_version: applied }: { user_version: number } = db.prepare("PRAGMA user_version").get();
  if (applied > MIGRATIONS.length) {
    throw new AppError(
      "unavailable",
      `the data is of version ${applied}, this program knows ${MIGRATIONS.length}`,
    );
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < applied) continue;
    db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
