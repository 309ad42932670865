import { organizationPageSchema } from "@gatehouse/contracts"
import { connect, loginArguments } from "../api/connect.ts"
import { readAll } from "../api/read-all.ts"
import { defineCommand } from "../command/define-command.ts"
import { formatTable } from "../output/table.ts"

export const organizationList = defineCommand({
  args: loginArguments,
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    const items = await readAll(api, "/v1/organizations", organizationPageSchema)
    if (args.json) terminal.out(JSON.stringify({ items }))
    else {
      const rows = items.map(({ id, name, url, created_at }) => [id, name, url, created_at])
      for (const line of formatTable(terminal, ["id", "name", "address", "created"], rows)) terminal.out(line)
    }
    return undefined
  },
})
