/** One run in which SUMO runs signal programs by itself. */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runSumo } from "../simulation/sumo/sumo-process.ts";
import { placeInstruments, type StreetRun } from "./instruments.ts";
import type { OpenStreet } from "./open-street.ts";

/** `programFiles`: additional files with signal programs; none: those of the net. */
export function runPrograms(
  street: OpenStreet,
  of: { readonly programFiles: readonly string[]; readonly seed: number },
): Promise<StreetRun> {
  return inFolder(async (folder) => {
    const instruments = await placeInstruments(street, { ...of, folder });
    await runSumo(instruments.args);
    return instruments.read();
  });
}

/** Gives a folder that is gone when the work is done, or the process ends. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenwave-sumo-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(folder);
  } finally {
    process.off("exit", remove);
    remove();
  }
}
