import { collectItems } from "../api/collect-items.ts"
import { connect, loginArguments } from "../api/connect.ts"
import { findProject, projectArgument } from "../api/find-project.ts"
import { defineCommand } from "../command/define-command.ts"
import { formatTable } from "../output/table.ts"
import { limitArgument, parseLimit } from "./limit-argument.ts"

/** Prints the documents of a project, up to the limit. */
export const sbomList = defineCommand({
  args: { ...projectArgument, ...limitArgument, ...loginArguments },
  run: async ({ args, terminal, environment }) => {
    const limit = parseLimit(args.limit)
    const { api } = await connect({ environment }, args)
    const project = await findProject(api, args.project)
    const items = await collectItems((page) => api.sboms.list(project, page), limit)
    if (args.json) terminal.out(JSON.stringify({ items }))
    else {
      const rows = items.map((item) => [
        item.id,
        item.name,
        item.version,
        `${item.format} ${item.format_version}`,
        item.component_count,
        item.created_at,
      ])
      for (const line of formatTable(
        terminal,
        ["id", "about", "version", "format", "components", "uploaded"],
        rows,
      ))
        terminal.out(line)
    }
    return undefined
  },
})
