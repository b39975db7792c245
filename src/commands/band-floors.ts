/** `--floor ROUTE=OUTBOUND_S,INBOUND_S`, repeated. */
import { InvalidArgumentError } from "commander";
import type { BandFloor } from "../solver/network/network-request.ts";

export function collectFloor(text: string, before: readonly BandFloor[] = []): BandFloor[] {
  const [routeId = "", widths = ""] = text.split("=");
  const [outbound = Number.NaN, inbound = outbound] = widths.split(",").map(Number);
  const isRight = [outbound, inbound].every((it) => it >= 0 && Number.isFinite(it));
  if (routeId === "" || !isRight) {
    throw new InvalidArgumentError("wanted ROUTE=OUTBOUND_S,INBOUND_S");
  }
  return [...before, { routeId, floorsS: { outbound, inbound } }];
}
