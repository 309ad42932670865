import type { AuthorizationModel } from "@gatehouse/rebac"

/** A model as the wire shows it. `parseModel` has filled in what the wire shows unset, so it is only put in order. */
export function showModel(model: AuthorizationModel & { readonly id: string }): object {
  return {
    id: model.id,
    schema_version: model.schema_version,
    type_definitions: model.type_definitions,
    conditions: model.conditions ?? {},
  }
}

/** The same, as JSON, from the model's JSON as it is stored: without reading it. */
export function showStoredModel({ id, body }: { readonly id: string; readonly body: string }): string {
  return `{"id":${JSON.stringify(id)},${body.slice(1)}`
}
