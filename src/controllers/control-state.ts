/**
 * Who holds an intersection, as the centre sees it. After the hand-over states of TLC-FI, with `monitor` for a
 * controller that may only be watched. The controller may leave control at any time (a fallback event).
 */

export type ControlState = "offline" | "monitor" | "ready" | "starting" | "inControl" | "ending";

export type ControlEvent =
  | "registeredForMonitor"
  | "registeredIdle"
  | "registeredRunning"
  | "committed"
  | "active"
  | "released"
  | "fellBack"
  | "closed";

const NEXT: Readonly<Record<ControlState, Readonly<Partial<Record<ControlEvent, ControlState>>>>> = {
  offline: {
    registeredForMonitor: "monitor",
    registeredIdle: "ready",
    registeredRunning: "inControl",
  },
  monitor: { closed: "offline" },
  ready: { committed: "starting", active: "inControl", closed: "offline" },
  starting: { active: "inControl", released: "ending", fellBack: "ready", closed: "offline" },
  inControl: { released: "ending", fellBack: "ready", closed: "offline" },
  ending: { committed: "starting", fellBack: "ready", closed: "offline" },
};

/** The state after an event; an event that means nothing in this state changes nothing. */
export function nextControlState(state: ControlState, event: ControlEvent): ControlState {
  return NEXT[state][event] ?? state;
}
