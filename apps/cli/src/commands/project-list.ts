import { connect, loginArguments } from "../api/connect.ts"
import { listProjects } from "../api/find-project.ts"
import { defineCommand } from "../command/define-command.ts"
import { formatTable } from "../output/table.ts"

/** Prints the projects that the login may read. */
export const projectList = defineCommand({
  args: loginArguments,
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    const items = await listProjects(api)
    if (args.json) terminal.out(JSON.stringify({ items }))
    else {
      const rows = items.map(({ id, name, created_at, created_by }) => [name, id, created_at, created_by])
      for (const line of formatTable(terminal, ["name", "id", "created", "by"], rows)) terminal.out(line)
    }
    return undefined
  },
})
