import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: [
      "{packages,engines,services,apps,examples}/*/src/**/*.test.ts",
      "attack/**/*.test.ts",
      "tests/**/*.test.ts",
      "conformance/**/*.test.ts",
      "tools/**/*.test.ts",
    ],
    globalSetup: ["packages/postgres/src/testing/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
