import { connect, loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"
import { confirm, confirmArgument } from "./confirm.ts"

/** Deletes a document for good, after a question unless `--yes` is there. */
export const sbomDelete = defineCommand({
  args: {
    id: { type: "positional", required: true, description: "The document's id" },
    ...confirmArgument,
    ...loginArguments,
  },
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    await confirm(terminal, `Delete document ${args.id}?`, args.yes)
    await api.sboms.delete(args.id)
    terminal.out(args.json ? JSON.stringify({ deleted: args.id }) : `Deleted document ${args.id}.`)
    return undefined
  },
})
