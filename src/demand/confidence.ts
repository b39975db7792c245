/** One threshold for all that adapts to demand. */

/**
 * Below this confidence nothing adapts: no retiming, no small step; the plan of the schedule runs. Every confidence of
 * this room is 0…1, where 1 is a sound detector's own recent count.
 */
export const ADAPT_CONFIDENCE = 0.6;
