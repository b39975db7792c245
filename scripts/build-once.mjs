import { build } from "./run.mjs";

/** vitest global set-up: worker threads and child processes in tests run `dist/`. */
export default function setup() {
  if (process.env.GREENWAVE_NO_BUILD !== "1") build();
}
