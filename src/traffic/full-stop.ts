/**
 * What a full stop costs: v/2 · (1/a + 1/d), the time that a vehicle at speed v loses by coming to a stand and picking
 * up speed again. One that waits less has only slowed down, and counts as that part of a stop (after the partial stops
 * of TRANSYT).
 *
 * d = 3.0 m/s², comfortable deceleration (ITE Traffic Engineering Handbook, signal timing uses 10 ft/s²).
 * a = 1.5 m/s², mean acceleration of cars in urban traffic from a stand.
 */
const DECELERATION_MPS2 = 3;
const ACCELERATION_MPS2 = 1.5;

/** `speedMps` of approach; answers s. */
export const fullStopS = (speedMps: number): number =>
  (speedMps / 2) * (1 / ACCELERATION_MPS2 + 1 / DECELERATION_MPS2);
