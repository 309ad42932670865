import { readFileSync, writeFileSync } from "node:fs"
import { transformer } from "@openfga/syntax-transformer"

const folder = new URL("../packages/contracts/src/permissions/", import.meta.url)
const model = transformer.transformDSLToJSONObject(readFileSync(new URL("model.fga", folder), "utf8"))
writeFileSync(new URL("model.json", folder), `${JSON.stringify(model, null, 2)}\n`)
