import { collectItems } from "../api/collect-items.ts"
import { connect, loginArguments } from "../api/connect.ts"
import { findProject, projectArgument } from "../api/find-project.ts"
import { defineCommand } from "../command/define-command.ts"
import { formatTable } from "../output/table.ts"
import { limitArgument, parseLimit } from "./limit-argument.ts"

/** Finds in which documents of a project a package stands, by its package URL. */
export const sbomSearch = defineCommand({
  args: {
    purl: {
      type: "positional",
      required: true,
      description: "Package URL, with or without a version: pkg:npm/fastify",
    },
    ...projectArgument,
    ...limitArgument,
    ...loginArguments,
  },
  run: async ({ args, terminal, environment }) => {
    const limit = parseLimit(args.limit)
    const { api } = await connect({ environment }, args)
    const project = await findProject(api, args.project)
    const items = await collectItems(
      (page) => api.components.list(project, { ...page, purl: args.purl }),
      limit,
    )
    if (args.json) terminal.out(JSON.stringify({ items }))
    else {
      const rows = items.map((item) => [item.purl, item.type, item.licenses.join(", ") || null, item.sbom_id])
      for (const line of formatTable(terminal, ["package", "type", "licences", "document"], rows))
        terminal.out(line)
    }
    return undefined
  },
})
