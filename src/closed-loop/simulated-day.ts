/** The day on which simulations happen: second 0 of SUMO is 2026-09-21T00:00:00Z, a Monday; epoch s. */
export const ZERO_S = 1_789_948_800;
