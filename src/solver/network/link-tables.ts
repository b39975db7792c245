/**
 * What the offset between two neighbors is worth: for each link the index of the lane groups that it ends in, by how much
 * later its platoon comes (after the link performance functions of N. H. Gartner, J. D. C. Little and H. Gabbay,
 * MITROP, Transportation Science 9, 1975).
 *
 * The period is divided into labels of equal length; a member's offset is the label by which it is moved from where it
 * stands. Tables hold while departures upstream stay as they are; they are built again after offsets have moved.
 * Cost: labels × lane groups fed, each a run of one queue through a period.
 */
import { known } from "../../errors.ts";
import type { FlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { serve } from "../../traffic/group-profile.ts";
import { type ProfileSteps, stepsOf } from "../../traffic/profile-steps.ts";
import type { WorkBudget } from "../performance-index.ts";
import { costOf } from "./street.ts";

/** Neighbors of one member, each with the index of the links between the two. */
export interface Neighbor {
  readonly member: number;
  /** Index, veh·h/h, at [labels + own label − the neighbor's label]; twice as long as there are labels. */
  readonly costs: Float64Array;
}

/** By member. */
export type NeighborTables = readonly (readonly Neighbor[])[];

/** Tables of all links over which platoons repeat; the profiles are settled and stay as they are. */
export function buildNeighborTables(
  profiles: FlowProfiles,
  labels: number,
  budget: WorkBudget,
): NeighborTables {
  const tables: { member: number; costs: Float64Array }[][] = profiles.members.map(() => []);
  const costs = new Float64Array(labels);
  const longestS = profiles.members.reduce((most, it) => Math.max(most, it.periodS), 0);
  const probing = startProbing(profiles, budget, longestS);
  for (const [position, { from, to }] of profiles.network.links.entries()) {
    if (!tabulateLink(probing, position, costs)) continue;
    addCosts(tableOf(known(tables[from], "tables"), to, labels), costs, 1);
    addCosts(tableOf(known(tables[to], "tables"), from, labels), costs, -1);
  }
  return tables;
}

/**
 * Index of a member's own links by its label, its neighbors staying where they are; the platoons that leave it must be
 * up to date. Adds to `costs`, veh·h/h.
 */
export function addOwnCosts(
  profiles: FlowProfiles,
  member: number,
  costs: Float64Array,
  budget: WorkBudget,
): void {
  const labels = costs.length;
  const { arriving, leaving } = known(profiles.network.members[member], "member");
  const ofLink = new Float64Array(labels);
  const probing = startProbing(profiles, budget, known(profiles.members[member], "member").periodS);
  for (const link of leaving) {
    if (!tabulateLink(probing, link, ofLink)) continue;
    for (let label = 0; label < labels; label++) costs[label] = at(costs, label) + at(ofLink, label);
  }
  for (const link of arriving) {
    if (!tabulateLink(probing, link, ofLink)) continue;
    for (let label = 0; label < labels; label++)
      costs[label] = at(costs, label) + at(ofLink, label === 0 ? 0 : labels - label);
  }
}

const at = (values: Float64Array, position: number): number => values[position] as number;

function tableOf(tables: { member: number; costs: Float64Array }[], member: number, labels: number) {
  const same = tables.find((it) => it.member === member);
  if (same !== undefined) return same.costs;
  const costs = new Float64Array(2 * labels);
  tables.push({ member, costs });
  return costs;
}

/** `sign`: 1 where the own label moves the platoon later, −1 where it moves the queue that the platoon meets. */
function addCosts(table: Float64Array, costs: Float64Array, sign: 1 | -1): void {
  const labels = costs.length;
  for (let position = 0; position < table.length; position++) {
    const label = (position * sign + 2 * labels) % labels;
    table[position] = at(table, position) + at(costs, label);
  }
}

interface Probing {
  readonly profiles: FlowProfiles;
  readonly budget: WorkBudget;
  /** Those of the profiles, but for departures, which nobody reads. */
  readonly steps: ProfileSteps;
}

/** `longestS`: the longest period of the members that are probed. */
const startProbing = (profiles: FlowProfiles, budget: WorkBudget, longestS: number): Probing => ({
  profiles,
  budget,
  steps: { ...profiles.profileSteps, departures: new Float64Array(stepsOf(longestS)) },
});

/** Fills `costs` by how many labels later the platoon comes; `false` where platoons do not repeat. */
function tabulateLink(
  { profiles, budget, steps: probed }: Probing,
  position: number,
  costs: Float64Array,
): boolean {
  const { isCoordinated, steps, first, lead, lateRatio } = known(profiles.links[position], "profile of link");
  if (!isCoordinated) return false;
  const { fed } = known(profiles.network.links[position], "link");
  const totals = { delayVehHPerH: 0, stopsVph: 0, spillVehHPerH: 0 };
  // Copies, which nothing counts yet.
  const probes = fed.map((group) => ({
    ...known(profiles.groups[group], "lane group"),
    firstDeparture: 0,
    delayS: 0,
    stopRatio: 0,
    queueVeh: 0,
  }));
  for (let label = 0; label < costs.length; label++) {
    const later = Math.round((label * steps) / costs.length);
    const arrivals = { first, lead: lead > later ? lead - later : lead - later + steps, lateRatio };
    for (const probe of probes) serve(probed, totals, probe, arrivals);
    costs[label] = costOf(totals);
  }
  budget.used += costs.length * fed.length;
  return true;
}
