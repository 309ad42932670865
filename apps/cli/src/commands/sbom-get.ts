import { connect, loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"
import { formatTable } from "../output/table.ts"

/** Prints what is known of a document, or with `--document` its bytes as they were uploaded. */
export const sbomGet = defineCommand({
  args: {
    id: { type: "positional", required: true, description: "The document's id" },
    document: { type: "boolean", description: "Print the document itself, byte for byte" },
    ...loginArguments,
  },
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    if (args.document) {
      terminal.outBytes(await api.sboms.document(args.id))
      return undefined
    }
    const sbom = await api.sboms.get(args.id)
    if (args.json) terminal.out(JSON.stringify(sbom))
    else {
      const rows = Object.entries(sbom).map(([name, value]) => [name.replaceAll("_", " "), value])
      for (const line of formatTable(terminal, ["", ""], rows).slice(1)) terminal.out(line)
    }
    return undefined
  },
})
