import { defineConfig } from "vitest/config"
import { pollPatience } from "./vitest.config.ts"

/** `npm run test:contract`: the suites of the wires, on the real servers. */
export default defineConfig({
  test: {
    name: "contract",
    include: ["tests/contract/**/*.contract.test.ts"],
    globalSetup: ["tests/support/contract-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: pollPatience,
  },
})
