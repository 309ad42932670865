import { readStoreFile, runStoreTests } from "@gatehouse/sdk/model"
import { defineCommand } from "../command/define-command.ts"
import { exitCodes } from "../exit-codes.ts"
import { drawStoreReport, drawTotals } from "../output/draw-store-report.ts"
import { jsonArgument } from "./server.ts"

/** Needs no server. Ends with 1 where a test fails; a file that is not what it should be is refused before any test runs. */
export const modelTest = defineCommand({
  args: {
    file: {
      type: "positional",
      required: true,
      description: "Store file (.fga.yaml) with a model, tuples and tests; more may follow",
    },
    ...jsonArgument,
  },
  moreWords: true,
  run: async ({ args, terminal }) => {
    const stores = args._.map((file) => readStoreFile(file))
    const reports = stores.map((store) => runStoreTests(store))
    const passed = reports.reduce((sum, report) => sum + report.passed, 0)
    const failed = reports.reduce((sum, report) => sum + report.failed, 0)
    if (args.json) terminal.out(JSON.stringify({ passed, failed, items: reports }))
    else {
      for (const report of reports) for (const line of drawStoreReport(terminal, report)) terminal.out(line)
      terminal.out(drawTotals(terminal, passed, failed))
    }
    return failed > 0 ? exitCodes.failure : undefined
  },
})
