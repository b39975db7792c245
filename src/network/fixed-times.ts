/**
 * Fixed times of a new intersection from its geometry: what an engineer computes once, when configuring a place.
 *
 *   Y = t + v / (2a + 2 g G)      R = (W + L) / v − 1 s      pedestrian clearance = D / vp
 *
 * t reaction time, a deceleration, g gravity, G grade (uphill positive), W stop line to the far side of the last
 * conflict, L vehicle length, D length of the crossing; 1 s is the start-up delay of whoever comes next. Source: NCHRP
 * Report 731 (kinematic equations, t = 1.0 s, a = 3.05 m/s², v = limit + 7 mph, turns limit − 5 mph);
 * MUTCD 2009 4D.26 (yellow 3 s at least) and 4E.06.
 * All results are rounded up to 0.1 s.
 */

const REACTION_S = 1;
const DECELERATION_MPS2 = 3.05;
const GRAVITY_MPS2 = 9.81;
const VEHICLE_LENGTH_M = 6.1;
const NEXT_STARTUP_S = 1;
const YELLOW_LEAST_S = 3;
const RED_CLEARANCE_LEAST_S = 1;
/** 7 mph and 5 mph. */
const THROUGH_ABOVE_LIMIT_MPS = 3.12928;
const TURN_BELOW_LIMIT_MPS = 2.2352;

/** How a jurisdiction times an intersection, as far as it is not physics. */
export interface TimingStyle {
  readonly walkS: number;
  readonly walkingMps: number;
  readonly bicycleMps: number;
  /** The end of a vehicle green that flashes, s. */
  readonly flashingGreenS: number;
  readonly mainMinGreenS: number;
  readonly sideMinGreenS: number;
  readonly leftMinGreenS: number;
  readonly rightTurnOnRed: boolean;
}

/** MUTCD 2009 4E.06 (walk 7 s, 3.5 ft/s); minimum greens from NCHRP Report 812, Exhibit 6-4. */
export const US_STYLE: TimingStyle = {
  walkS: 7,
  walkingMps: 1.0668,
  bicycleMps: 4.3,
  flashingGreenS: 0,
  mainMinGreenS: 10,
  sideMinGreenS: 7,
  leftMinGreenS: 5,
  rightTurnOnRed: false,
};

/** GB 50647-2011 (1.0 m/s); flashing green of 3 s and turns on red as is common practice. */
export const CHINA_STYLE: TimingStyle = {
  ...US_STYLE,
  walkingMps: 1,
  flashingGreenS: 3,
  rightTurnOnRed: true,
};

export interface ChangeInput {
  readonly speedLimitMps: number;
  /** Measured; absent: limit + 7 mph. */
  readonly speed85Mps?: number | undefined;
  readonly gradeRatio: number;
  readonly clearanceDistanceM: number;
  /** Left and right turns are driven below the limit. */
  readonly turns: boolean;
}

export function computeChangeTimes(input: ChangeInput): { yellowS: number; redClearanceS: number } {
  const speedMps = input.turns
    ? input.speedLimitMps - TURN_BELOW_LIMIT_MPS
    : (input.speed85Mps ?? input.speedLimitMps + THROUGH_ABOVE_LIMIT_MPS);
  const brakingMps2 = 2 * DECELERATION_MPS2 + 2 * GRAVITY_MPS2 * input.gradeRatio;
  return {
    yellowS: Math.max(YELLOW_LEAST_S, upToTenths(REACTION_S + speedMps / brakingMps2)),
    redClearanceS: Math.max(
      RED_CLEARANCE_LEAST_S,
      upToTenths((input.clearanceDistanceM + VEHICLE_LENGTH_M) / speedMps - NEXT_STARTUP_S),
    ),
  };
}

/** Time to cross at this speed, rounded up to 0.1 s. */
export const computeCrossingTimeS = (lengthM: number, speedMps: number): number =>
  upToTenths(lengthM / speedMps);

/** The small allowance keeps a value that is a whole number of tenths from being rounded up. */
const upToTenths = (timeS: number): number => Math.ceil(timeS * 10 - 1e-9) / 10;
