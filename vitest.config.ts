import { defineConfig } from "vitest/config";

/** Tests stand beside the code. Workers and child processes run the compiled code, so it is built first. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: ["scripts/build-once.mjs"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
