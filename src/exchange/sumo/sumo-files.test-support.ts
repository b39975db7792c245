/** The nets that lie beside the project and those that SUMO brings along; none where they are absent. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export interface SumoFiles {
  readonly name: string;
  readonly net: string;
  readonly additional: readonly string[];
}

const SHARED = fileURLToPath(new URL("../../../../shared/sumo/data", import.meta.url));
const PACKAGE = process.env["SUMO_HOME"] ?? "/usr/share/sumo";
/** Signal programs that are not in the net itself, by the net's file name. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "acosta_buslanes.net.xml.gz": "acosta_tls.add.xml",
  "SR1-3.net.xml.gz": "SR1-3_timing.add.xml",
};

export const sharedNets = (): SumoFiles[] => listNets(SHARED);
export const packagedNets = (): SumoFiles[] => listNets(PACKAGE);

function listNets(folder: string): SumoFiles[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((it) => /\.net\.xml(\.gz)?$/.test(it))
    .sort()
    .map((name) => {
      const net = path.join(folder, name);
      const programs = PROGRAMS[path.basename(name)];
      const additional = programs === undefined ? [] : [path.join(path.dirname(net), programs)];
      return { name, net, additional: additional.filter((it) => existsSync(it)) };
    });
}

export function readSumoFile(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
