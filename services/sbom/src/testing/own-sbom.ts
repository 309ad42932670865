import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../../../../", import.meta.url))

/** The SBOM of this very repository, as npm writes it: 280 KB with some 260 components. */
export function ownSbom(format: "cyclonedx" | "spdx"): Buffer {
  const npm = process.env.npm_execpath
  const command = npm ? process.execPath : "npm"
  return execFileSync(command, [...(npm ? [npm] : []), "sbom", "--sbom-format", format], {
    cwd: repository,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "ignore"],
  })
}
