import { runVitest } from "./run-vitest.ts"

/** Runs one project's tests and tells the process that forked this one what they came to. */
const [project = "", ...filters] = process.argv.slice(2)
const counts = await runVitest({ filters, project })
process.send?.(counts)
process.disconnect?.()
