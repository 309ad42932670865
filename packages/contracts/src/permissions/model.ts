import { readFileSync } from "node:fs"
import model from "./model.json" with { type: "json" }

/** The permission model as OpenFGA's API takes it, generated from `model.fga` by `npm run generate`. */
export const permissionModel: typeof model = model

/** The permission model as people read it. */
export function permissionModelText(): string {
  return readFileSync(new URL("./model.fga", import.meta.url), "utf8")
}
