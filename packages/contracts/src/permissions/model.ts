import model from "./model.json" with { type: "json" }

/** The permission model as OpenFGA's API takes it, generated from `model.fga` by `npm run generate`. */
export const permissionModel: typeof model = model
