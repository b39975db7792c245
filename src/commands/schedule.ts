import { type Command, InvalidArgumentError } from "commander";
import { checkSchedule } from "../schedule/check-schedule.ts";
import { findDueEntry, listChanges } from "../schedule/due-entry.ts";
import { formatLocal } from "../schedule/local-day.ts";
import type { Schedule } from "../schedule/schedule.schema.ts";
import { parseNumber } from "./parse-number.ts";
import { EXIT, formatTable, print, readSchedule } from "./terminal.ts";

interface ShowOptions {
  readonly at: number;
  readonly hours: number;
}

const MS_PER_HOUR = 3_600_000;

/** `greenwave schedule show`: what runs at an instant and why, and what comes after it. */
export function addSchedule(program: Command, exit: (code: number) => void): void {
  program
    .command("schedule")
    .description("what runs when, and why")
    .command("show")
    .description("the plan that is due at an instant, the changes after it, and findings on the schedule")
    .argument("<schedule>", "schedule file, as `greenwave segment --out` writes it")
    .requiredOption("--at <instant>", "for example 2026-11-23T07:30+08:00, or …Z", parseInstant)
    .option("--hours <number>", "how far to look ahead", parseNumber({ above: 0, to: 744 }), 24)
    .action((file: string, { at, hours }: ShowOptions) => {
      const schedule = readSchedule(file);
      const { networkId: id, timeZone } = schedule;
      const findings = checkSchedule({ schedule, network: { id, timeZone } });
      for (const { severity, path, sentence } of findings) print(`${severity} ${path}: ${sentence}`);
      if (findings.some((it) => it.severity === "BLOCK")) return exit(EXIT.negative);
      print(describe(schedule, at, at + hours * MS_PER_HOUR));
      return exit(EXIT.ok);
    });
}

function describe(schedule: Schedule, atMs: number, toMs: number): string {
  const due = findDueEntry(schedule, atMs);
  const changes = listChanges(schedule, atMs + 1, toMs);
  return [
    `${formatLocal(schedule.timeZone, atMs)} ${schedule.timeZone}: ${due.kind === "due" ? due.planId : "no plan"}`,
    `  ${due.why}`,
    formatTable(
      ["then", "plan", "why"],
      changes.map((it) => [it.local, it.toPlanId ?? "–", it.why]),
    ),
  ].join("\n");
}

/** An instant needs its offset: without one it would mean another instant on every machine. */
function parseInstant(text: string): number {
  const atMs = Date.parse(text);
  if (/(Z|[+-]\d\d:\d\d)$/.test(text) && Number.isFinite(atMs)) return atMs;
  throw new InvalidArgumentError("wanted a date and time with its offset, such as 2026-11-23T07:30+08:00");
}
