import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** Test files that others wrote lie beside the checkout; a clone on its own is tested without them, and CI demands them. */
export const conformanceFiles: string = fileURLToPath(
  new URL("../shared/conformance/openfga", import.meta.url),
)

const common = { pool: "forks", testTimeout: 20_000, hookTimeout: 60_000 } as const

/**
 * Two projects: `parts` tests packages, engines and services on a real PostgreSQL; `plane` tests what only a whole plane
 * shows, on one that the real command started.
 */
export default defineConfig({
  test: {
    // Tests wait for processes and databases more than they compute: three keep two cores busy.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...common,
          name: "parts",
          include: [
            "{packages,engines,services,apps,examples}/*/src/**/*.test.ts",
            "tests/{governance,server,faults}/**/*.test.ts",
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
