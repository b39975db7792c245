import { type Command, Option } from "commander";
import { AppError } from "../errors.ts";
import { type CountImportOptions, importCounts } from "../exchange/import-counts.ts";
import { EXIT, note, print, readText, writeText } from "./terminal.ts";

interface Options {
  readonly timeZone: string;
  readonly dateOrder?: NonNullable<CountImportOptions["dateOrder"]>;
  readonly out: string;
}

/** `greenwave import counts FILE`: local counts of other people as the CSV that the service takes. */
export function addImportCounts(words: Command, exit: (code: number) => void): void {
  words
    .command("counts")
    .description("counts in local time: SCATS volumes (V00…V95), or start_local and count")
    .argument("<file>", "file to read; - reads standard input")
    .requiredOption("--time-zone <name>", "IANA time zone of the file, for example Australia/Melbourne")
    .requiredOption(
      "--out <file>",
      "CSV to write, as POST /networks/{id}/counts takes it; - writes standard output",
    )
    .addOption(
      new Option("--date-order <order>", "of the parts of a date, where the file does not tell").choices([
        "mdy",
        "dmy",
      ]),
    )
    .action((file: string, { timeZone, dateOrder, out }: Options) => {
      const imported = importCounts(readText(file), {
        timeZone,
        ...(dateOrder === undefined ? {} : { dateOrder }),
      });
      if (imported.kind === "invalid") {
        throw new AppError("invalidInput", `${file} cannot be imported`, { faults: imported.faults });
      }
      const { counts, report } = imported;
      const lines = counts.map((it) => [it.detectorId, it.startAtMs, it.durationS, it.countVeh].join(","));
      const csv = `${["detectorId,startAtMs,durationS,countVeh", ...lines].join("\n")}\n`;
      for (const it of report) note(`${it.severity}: ${it.sentence} [${it.where}]`);
      if (out === "-") process.stdout.write(csv);
      else {
        writeText(out, csv);
        print(`${counts.length} counts of ${new Set(counts.map((it) => it.detectorId)).size} detectors`);
      }
      exit(EXIT.ok);
    });
}
