import { existsSync } from "node:fs"
import { conformanceFiles } from "../vitest.config.ts"
import { runVitest } from "./testing/run-vitest.ts"

/** `npm test`: every test but the long ones. Arguments are file filters: `npm test -- packages/rebac`. */
if (!existsSync(conformanceFiles)) {
  process.stderr.write(
    "Left out: conformance/, whose files are not beside this checkout (../shared/conformance). CI demands them.\n",
  )
}
await runVitest(process.argv.slice(2))
