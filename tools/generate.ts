import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { errorRegistry } from "@gatehouse/kernel"
import { transformer } from "@openfga/syntax-transformer"

/** Writes every file that is derived from another; with `--check`, names those that are out of step and exits 1. */
const root = new URL("../", import.meta.url)
const permissions = "packages/contracts/src/permissions"

const generated: Record<string, () => string> = {
  [`${permissions}/model.json`]: () => {
    const model = transformer.transformDSLToJSONObject(
      readFileSync(new URL(`${permissions}/model.fga`, root), "utf8"),
    )
    return `${JSON.stringify(model, null, 2)}\n`
  },
  "docs/errors.md": () => {
    const rows = Object.entries(errorRegistry)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { status, message, action }]) => `| \`${code}\` | ${status} | ${message} | ${action} |`)
    return [
      "# Errors",
      "",
      "Every error of Gatehouse's API and command line. Generated from the registry in `packages/kernel` by",
      "`npm run generate`; `npm run check` keeps the two in step.",
      "",
      "| code | status | what happened | what to do |",
      "|---|---|---|---|",
      ...rows,
      "",
    ].join("\n")
  },
}

const check = process.argv.includes("--check")
let outOfStep = 0
for (const [path, make] of Object.entries(generated)) {
  const file = new URL(path, root)
  const content = make()
  const current = existsSync(file) ? readFileSync(file, "utf8") : ""
  if (content === current) continue
  outOfStep += 1
  if (check) process.stderr.write(`${path} is out of step with its source: run npm run generate\n`)
  else writeFileSync(file, content)
}
process.exit(check && outOfStep > 0 ? 1 : 0)
