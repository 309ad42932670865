import { collectItems } from "../api/collect-items.ts"
import { connect, loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"
import { formatTable } from "../output/table.ts"

/** Prints the organizations that the login may see. */
export const organizationList = defineCommand({
  args: loginArguments,
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    const items = await collectItems(api.organizations.list)
    if (args.json) terminal.out(JSON.stringify({ items }))
    else {
      const rows = items.map(({ id, name, url, created_at }) => [id, name, url, created_at])
      for (const line of formatTable(terminal, ["id", "name", "address", "created"], rows)) terminal.out(line)
    }
    return undefined
  },
})
