import { open } from "node:fs/promises"
import { GatehouseError } from "@gatehouse/sdk/client"
import { connect, loginArguments } from "../api/connect.ts"
import { findProject, projectArgument } from "../api/find-project.ts"
import { defineCommand } from "../command/define-command.ts"
import { oneLine, type Terminal } from "../terminal.ts"

/** The server's own limit: what is larger is not sent. */
const maximumDocumentBytes = 32 * 1024 * 1024

/** Uploads a document from a file or standard input, and tells what of it was passed over. */
export const sbomUpload = defineCommand({
  args: {
    file: {
      type: "positional",
      required: true,
      description: "CycloneDX or SPDX document in JSON; - reads standard input",
    },
    ...projectArgument,
    ...loginArguments,
  },
  run: async ({ args, terminal, environment }) => {
    const document = await readDocument(args.file, terminal)
    const { api } = await connect({ environment }, args)
    const project = await findProject(api, args.project)
    const sbom = await api.sboms.upload(project, document)
    if (args.json) terminal.out(JSON.stringify(sbom))
    else {
      terminal.out(`Uploaded document ${sbom.id}: ${sbom.component_count} components.`)
      if (sbom.warning_count > 0) terminal.note(`${sbom.warning_count} members were passed over:`)
      for (const { path, message } of sbom.warnings) terminal.note(oneLine(`  ${path}: ${message}`))
    }
    return undefined
  },
})

/** The bytes of a file or of standard input. Throws `cli.file_unreadable`, and `request.too_large` without reading on. */
async function readDocument(path: string, terminal: Terminal): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of path === "-" ? terminal.readInputBytes() : readFile(path)) {
    size += part.length
    if (size > maximumDocumentBytes) {
      throw new GatehouseError("request.too_large", { publicMessage: "The document is larger than 32 MiB." })
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

async function* readFile(path: string): AsyncIterable<Uint8Array> {
  try {
    const file = await open(path)
    yield* file.createReadStream()
  } catch (cause) {
    throw new GatehouseError("cli.file_unreadable", { cause })
  }
}
