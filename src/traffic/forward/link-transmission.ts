/**
 * Queues forward in time on links that fill: the link transmission model, with turn bays.
 *
 *   arriving at the stop line   y(k) = F x(k) + (1 − F) y(k − 1),  x: what entered 0.8 T earlier     (Robertson 1969)
 *   sending     S = min(queue, what the lane group can discharge in this step)
 *   receiving   R = N_dn(t + h − L/w) + storage − N_up(t)
 *   transfer    S · min(1, R ÷ all that is sent to that link), the least over the links that a lane group leads into
 *
 * N_up, N_dn: vehicles that entered and left the link so far; L, T: its length and free travel time; h: one step; w: speed
 * of the wave that travels back when a queue starts to move. Sources wait outside as one more sender.
 * w follows from the triangular flow–density diagram with saturation flow q = 1900 veh/h and lane (HCM base) and jam
 * density κ = 1 / 7.6 m: w = q v / (κ v − q), 5 to 6 m/s at the speeds of streets.
 * Sources: C. F. Daganzo, The cell transmission model II, 1995; I. Yperman, The link transmission model, KU Leuven 2007;
 * G. Gentile, L. Meschini, N. Papola, Spillback congestion in dynamic traffic assignment, 2007.
 *
 * Turn bays: vehicles that find theirs full stand in as many lanes of the link as the bay has; the other traffic passes on
 * the remaining lanes at saturation flow, and in those lanes moves up as the bay's queue does. A queue on the full lanes
 * that reaches past the mouth of a bay holds up the vehicles for the bay in turn.
 *
 * Limits: vehicles of a lane group leave in the order they came, in fixed turning shares, so one that has no room ahead
 * holds up its group; arrivals do not hurry or slow down with density; a link takes at least one step.
 * Cost: links × steps, with one pass per step over links, lane groups and their outlets; nothing is allocated in a step.
 */
import { meanQueue } from "./periodic-queue.ts";
import { LANE_VPS, type Transmission } from "./transmission-state.ts";

/** One step of the whole street. */
export function advance(state: Transmission): void {
  arrive(state);
  send(state);
  receive(state);
  depart(state);
  enter(state);
  state.step += 1;
}

/** What reaches the stop lines joins the queues. */
function arrive(state: Transmission): void {
  const { links, ringSize, step, lag, smoothing, arriving, enteredRing, queue, linkRatio } = state;
  for (let link = 0; link < arriving.length; link++) {
    const reaching = readRing(enteredRing, link * ringSize, ringSize, step - (lag[link] as number));
    const before = arriving[link] as number;
    const now = before + (smoothing[link] as number) * (reaching - before);
    arriving[link] = now;
    const { groups, bays } = links[link] as (typeof links)[number];
    if (bays.length > 0) {
      passBays(state, link);
    } else {
      for (let at = 0; at < groups.length; at++) {
        const group = groups[at] as number;
        queue[group] = (queue[group] as number) + now * (linkRatio[group] as number);
      }
    }
  }
}

/** A value between two whole steps of a ring; zero before the start. */
function readRing(ring: Float64Array, from: number, size: number, at: number): number {
  const whole = Math.floor(at);
  const one = ring[from + ((whole + 2 * size) % size)] as number;
  const next = ring[from + ((whole + 1 + 2 * size) % size)] as number;
  return one + (at - whole) * (next - one);
}

/** The same on a link with turn bays: who finds the way shut is held upstream of the mouth. */
function passBays(state: Transmission, link: number): void {
  const { queue, held, bayVeh, departing, laneCount } = state;
  const { groups, bays, lanes } = state.links[link] as (typeof state.links)[number];
  let throughQueue = 0;
  let throughLanes = 0;
  let throughMoved = 0;
  for (const group of groups) {
    if ((bayVeh[group] as number) < Number.POSITIVE_INFINITY) continue;
    throughQueue += queue[group] as number;
    throughLanes += laneCount[group] as number;
    throughMoved += departing[group] as number;
  }
  let shutLanes = 0;
  let movedUp = 1;
  for (const bay of bays) {
    const wanting = wantingOf(state, link, bay);
    const bayLanes = laneCount[bay] as number;
    const pastMouth = throughQueue - ((bayVeh[bay] as number) * throughLanes) / bayLanes;
    const reaching = pastMouth > 0 ? wanting * Math.min(1, throughMoved / pastMouth) : wanting;
    const moving = Math.min(reaching, Math.max(0, (bayVeh[bay] as number) - (queue[bay] as number)));
    if (moving < reaching) {
      shutLanes += bayLanes;
      movedUp = Math.min(movedUp, moving / reaching);
    }
    held[bay] = wanting - moving;
    queue[bay] = (queue[bay] as number) + moving;
  }
  const openVeh = Math.max(0, Math.min(lanes, throughLanes) - shutLanes) * LANE_VPS * state.stepS;
  for (const group of groups) {
    if ((bayVeh[group] as number) < Number.POSITIVE_INFINITY) continue;
    const wanting = wantingOf(state, link, group);
    const moving = shutLanes > 0 ? Math.min(wanting, openVeh + wanting * movedUp) : wanting;
    held[group] = wanting - moving;
    queue[group] = (queue[group] as number) + moving;
  }
}

const wantingOf = ({ held, arriving, linkRatio }: Transmission, link: number, group: number): number =>
  (held[group] as number) + (arriving[link] as number) * (linkRatio[group] as number);

/** What could leave if there were room everywhere, summed up by the link that it would enter. */
function send(state: Transmission): void {
  const { step, able, queue, sending, sentTo, outside, joining, outletOf, outletLink, outletRatio } = state;
  for (let link = 0; link < sentTo.length; link++) {
    sentTo[link] = (outside[link] as number) + (joining[link] as number);
  }
  for (let group = 0; group < queue.length; group++) {
    const steps = able[group] as Float64Array;
    const sent = Math.min(queue[group] as number, steps[step % steps.length] as number);
    sending[group] = sent;
    if (sent === 0) continue;
    for (let outlet = outletOf[group] as number; outlet < (outletOf[group + 1] as number); outlet++) {
      const link = outletLink[outlet] as number;
      sentTo[link] = (sentTo[link] as number) + sent * (outletRatio[outlet] as number);
    }
  }
}

/** How much of what is sent to each link has room there. */
function receive({
  step,
  ringSize,
  back,
  storage,
  entered,
  leftRing,
  sentTo,
  roomRatio,
}: Transmission): void {
  for (let link = 0; link < sentTo.length; link++) {
    const leftThen = readRing(leftRing, link * ringSize, ringSize, step + 1 - (back[link] as number));
    const room = Math.max(0, leftThen + (storage[link] as number) - (entered[link] as number));
    const sent = sentTo[link] as number;
    roomRatio[link] = sent > room ? room / sent : 1;
  }
}

/** Lane groups discharge as far as all links that they lead into have room. */
function depart(state: Transmission): void {
  const { queue, sending, departing, linkOf, left, entering, outletOf, outletLink, outletRatio } = state;
  entering.fill(0);
  for (let group = 0; group < queue.length; group++) {
    const sent = sending[group] as number;
    if (sent === 0) {
      departing[group] = 0;
      tallyQueue(state, group);
      continue;
    }
    const first = outletOf[group] as number;
    const end = outletOf[group + 1] as number;
    const shortOf = findShortest(state, first, end);
    const ratio = shortOf < 0 ? 1 : (state.roomRatio[shortOf] as number);
    const leaving = sent * ratio;
    for (let outlet = first; outlet < end; outlet++) {
      const link = outletLink[outlet] as number;
      entering[link] = (entering[link] as number) + leaving * (outletRatio[outlet] as number);
    }
    departing[group] = leaving;
    queue[group] = (queue[group] as number) - leaving;
    const own = linkOf[group] as number;
    left[own] = (left[own] as number) + leaving;
    const waited = tallyQueue(state, group);
    if (shortOf < 0) continue;
    const { blocked } = state.tally;
    blocked[shortOf] = (blocked[shortOf] as number) + waited * (1 - ratio);
  }
}

/** The link of these outlets with the least part of its room left; −1 when all have room for everything. */
function findShortest({ roomRatio, outletLink }: Transmission, first: number, end: number): number {
  let least = 1;
  let shortOf = -1;
  for (let outlet = first; outlet < end; outlet++) {
    const link = outletLink[outlet] as number;
    if ((roomRatio[link] as number) >= least) continue;
    least = roomRatio[link] as number;
    shortOf = link;
  }
  return shortOf;
}

/** Adds this step of a lane group to its sums; answers its mean queue in the step. */
function tallyQueue(state: Transmission, group: number): number {
  const { step, able, queue, held, departing, arriving, linkOf, linkRatio, tally } = state;
  const steps = able[group] as Float64Array;
  const possible = steps[step % steps.length] as number;
  const coming = (arriving[linkOf[group] as number] as number) * (linkRatio[group] as number);
  const outside = held[group] as number;
  const after = (queue[group] as number) + outside;
  const leaving = departing[group] as number;
  const mean = meanQueue(after + leaving - coming, after, coming, possible);
  tally.waited[group] = (tally.waited[group] as number) + mean;
  tally.held[group] = (tally.held[group] as number) + outside;
  tally.arrived[group] = (tally.arrived[group] as number) + coming;
  tally.departed[group] = (tally.departed[group] as number) + leaving;
  tally.couldLeave[group] = (tally.couldLeave[group] as number) + possible;
  tally.joinedQueue[group] = (tally.joinedQueue[group] as number) + Math.min(coming, after);
  if (after > (tally.longest[group] as number)) tally.longest[group] = after;
  return mean;
}

/** Links take in what was sent and what joins, and write down how they stand at the end of the step. */
function enter(state: Transmission): void {
  const { step, ringSize, roomRatio, outside, joining, entering, entered, left, tally } = state;
  for (let link = 0; link < entered.length; link++) {
    const ratio = roomRatio[link] as number;
    const waiting = (outside[link] as number) + (joining[link] as number);
    const joined = waiting * ratio;
    outside[link] = waiting - joined;
    const total = (entering[link] as number) + joined;
    entered[link] = (entered[link] as number) + total;
    state.enteredRing[link * ringSize + (step % ringSize)] = total;
    state.leftRing[link * ringSize + ((step + 1) % ringSize)] = left[link] as number;
    tally.outside[link] = (tally.outside[link] as number) + waiting - joined;
    if (ratio < 1) tally.blockedSteps[link] = (tally.blockedSteps[link] as number) + 1;
  }
}
