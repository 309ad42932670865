import { defineConfig } from "vitest/config"

/** `npm run test:long`: property tests with many more cases than a change waits for. */
export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.long.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 3_600_000,
  },
})
