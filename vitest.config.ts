import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** Test files that others wrote lie beside the checkout; a clone on its own is tested without them, and CI demands them. */
export const conformanceFiles: string = fileURLToPath(
  new URL("../shared/conformance/openfga", import.meta.url),
)

/** The projects below, which `npm test` runs side by side. */
export const projectNames = ["parts", "plane"] as const

/**
 * How long `expect.poll` waits for what will be. Vitest's own second is a bound on the machine; where a second is the product's
 * bound, a test holds every answer to it that was asked for later.
 */
export const pollPatience = { poll: { timeout: 20_000 } } as const

/**
 * Whole planes, browsers and databases share two cores here: a test that lost a race for them is tried once more, and the
 * summary says so. Files share a worker: to load what they import anew for each of them took a sixth of the whole.
 */
const common = {
  pool: "forks",
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: pollPatience,
  retry: 1,
  setupFiles: "tools/testing/draw-once.ts",
} as const

/**
 * Two projects: `parts` tests packages, engines and services on a real PostgreSQL; `plane` tests what only a whole plane
 * shows, on one that the real command started.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: "parts",
          include: [
            "{packages,engines,services,apps,examples}/*/src/**/*.test.ts",
            "tests/{governance,permissions,replica,server,faults}/**/*.test.ts",
            "attack/parts/**/*.test.ts",
            ...(existsSync(conformanceFiles) ? ["conformance/**/*.test.ts"] : []),
            "tools/**/*.test.ts",
          ],
          exclude: ["**/*.long.test.ts"],
          globalSetup: ["packages/postgres/src/testing/global-setup.ts"],
        },
      },
      {
        test: {
          ...common,
          name: "plane",
          include: ["tests/plane/**/*.test.ts", "attack/*.test.ts"],
          globalSetup: ["tests/support/plane-setup.ts"],
        },
      },
    ],
  },
})
