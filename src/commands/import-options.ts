/** Options of imports from files that do not say where their streets lie. */
import path from "node:path";
import { type Command, Option } from "commander";
import type { ImportOptions } from "../exchange/imported.ts";
import { JurisdictionSchema } from "../network/network.schema.ts";
import { NO_END_MS } from "./import-folder.ts";

export interface PlaceOptions {
  readonly out: string;
  readonly id?: string;
  readonly name?: string;
  readonly jurisdiction: NonNullable<ImportOptions["jurisdiction"]>;
  readonly drivingSide: "right" | "left";
  readonly timeZone: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const addPlaceOptions = (command: Command): Command =>
  command
    .option("--id <id>", "identity of the network (default: name of the folder)")
    .option("--name <text>", "name for people")
    .addOption(
      new Option("--jurisdiction <profile>", "limits of the safety gate")
        .choices(JurisdictionSchema.options)
        .default("us-mutcd"),
    )
    .addOption(new Option("--driving-side <side>").choices(["right", "left"]).default("right"))
    .option("--time-zone <name>", "IANA time zone, for example America/Phoenix", "UTC")
    .option("--force", "overwrite files of an earlier import")
    .option("--json", "print the report for machines");

/** `source`: the file or folder that is read. */
export const toImportOptions = (source: string, options: PlaceOptions): ImportOptions => ({
  networkId: options.id ?? path.basename(path.resolve(options.out)),
  ...(options.name === undefined ? {} : { name: options.name }),
  source: path.basename(path.resolve(source)),
  jurisdiction: options.jurisdiction,
  drivingSide: options.drivingSide,
  timeZone: options.timeZone,
  validUntilMs: NO_END_MS,
});
