/**
 * Vehicles that leave a lane in which some wait for a queue and block it. Each vehicle is such a one with probability p, so
 * the k-th leaves before any with probability (1 − p)^k: a geometric distribution, cut off at what could leave.
 *
 * Where the lane faces another such lane and each waits for the other's queue, one that waits stops that queue too as soon
 * as a turning vehicle is at its head: both turn in front of each other, and both lanes move on. Headway by headway that
 * is a Markov chain: both lanes move, only this one, or only the other.
 * Limits: both lanes have vehicles all the while, and the same headway.
 */

/**
 * Mean and variance of the vehicles that leave, of any number `most` ≥ 0 that could. `facingP` is the part of the lane
 * opposite that waits for this one; 0: nothing stops the queue opposite.
 */
export function passBeforeBlocking(
  p: number,
  most: number,
  facingP: number,
): { readonly meanVeh: number; readonly varianceVeh2: number } {
  const lane = new SharedLane(p, facingP);
  const whole = Math.floor(most);
  for (let headway = 0; headway < whole; headway++) lane.step();
  const { meanVeh, squareVeh2 } = lane;
  lane.step();
  const mean = meanVeh + (most - whole) * (lane.meanVeh - meanVeh);
  const square = squareVeh2 + (most - whole) * (lane.squareVeh2 - squareVeh2);
  return { meanVeh: mean, varianceVeh2: Math.max(0, square - mean * mean) };
}

/** Such a lane from the start of the queue opposite on: the vehicles that have left it after each headway. */
export class SharedLane {
  readonly #p: number;
  readonly #facingP: number;
  readonly #toBoth: number;
  /** Of each state its probability, and the vehicles that have left and their square where it holds. */
  #both: number;
  #bothVeh = 0;
  #bothVeh2 = 0;
  #own: number;
  #ownVeh = 0;
  #ownVeh2 = 0;
  #other: number;
  #otherVeh = 0;
  #otherVeh2 = 0;

  constructor(p: number, facingP: number) {
    this.#p = p;
    this.#facingP = facingP;
    this.#toBoth = (1 - p) * (1 - facingP) + p * facingP;
    this.#both = this.#toBoth;
    this.#own = (1 - p) * facingP;
    this.#other = p * (1 - facingP);
  }

  get meanVeh(): number {
    return this.#bothVeh + this.#ownVeh + this.#otherVeh;
  }

  get squareVeh2(): number {
    return this.#bothVeh2 + this.#ownVeh2 + this.#otherVeh2;
  }

  /** One headway: where this lane moves a vehicle leaves it, and the next vehicles decide which lanes move. */
  step(): void {
    const p = this.#p;
    const facingP = this.#facingP;
    const both = this.#both;
    const bothVeh2 = this.#bothVeh2 + 2 * this.#bothVeh + both;
    const bothVeh = this.#bothVeh + both;
    const own = this.#own;
    const ownVeh2 = this.#ownVeh2 + 2 * this.#ownVeh + own;
    const ownVeh = this.#ownVeh + own;
    const ownAgain = (1 - p) * facingP;
    const otherAgain = p * (1 - facingP);
    this.#both = this.#toBoth * both + p * own + facingP * this.#other;
    this.#bothVeh = this.#toBoth * bothVeh + p * ownVeh + facingP * this.#otherVeh;
    this.#bothVeh2 = this.#toBoth * bothVeh2 + p * ownVeh2 + facingP * this.#otherVeh2;
    this.#own = ownAgain * both + (1 - p) * own;
    this.#ownVeh = ownAgain * bothVeh + (1 - p) * ownVeh;
    this.#ownVeh2 = ownAgain * bothVeh2 + (1 - p) * ownVeh2;
    this.#other = otherAgain * both + (1 - facingP) * this.#other;
    this.#otherVeh = otherAgain * bothVeh + (1 - facingP) * this.#otherVeh;
    this.#otherVeh2 = otherAgain * bothVeh2 + (1 - facingP) * this.#otherVeh2;
  }
}
