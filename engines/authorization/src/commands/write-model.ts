import { isGatehouseError } from "@gatehouse/kernel"
import { type AuthorizationModel, compileModelInTurns } from "@gatehouse/rebac"
import { refuse } from "../wire/error-codes.ts"
import { maximumModelBytes, maximumTypesPerModel } from "../wire/limits.ts"
import { modelSize } from "../wire/protobuf-size.ts"
import type { Engine } from "./engine.ts"
import { storeNotFound } from "./resolve-model.ts"

/** Adds a model to a store, after all rules of the language have been checked. Models are never changed or removed. */
export async function writeModel(engine: Engine, store: string, model: AuthorizationModel): Promise<string> {
  if (model.type_definitions.length > maximumTypesPerModel) {
    throw refuse(
      "exceeded_entity_limit",
      `The number of type definitions in an authorization model exceeds the allowed limit of ${maximumTypesPerModel}`,
    )
  }
  const bytes = modelSize(model)
  if (bytes > maximumModelBytes) {
    throw refuse(
      "exceeded_entity_limit",
      `model exceeds size limit: ${bytes} bytes vs ${maximumModelBytes} bytes`,
    )
  }
  await assertValid(model)
  const id = await engine.storage.writeModel(store, model)
  if (id === undefined) throw storeNotFound()
  // The newest model is this one from now on, also for questions that name none.
  engine.views.noticed(store, undefined)
  return id
}

async function assertValid(model: AuthorizationModel): Promise<void> {
  if (model.schema_version === "1.0") throw refuse("invalid_authorization_model", "invalid schema version")
  try {
    await compileModelInTurns(model)
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== "rebac.invalid_model") throw error
    const { violations } = error.details
    const [first] = Array.isArray(violations) ? violations : []
    throw refuse("invalid_authorization_model", describe(first) ?? error.publicMessage)
  }
}

function describe(violation: unknown): string | undefined {
  if (typeof violation === "string") return violation
  const message = (violation as { message?: unknown } | undefined)?.message
  return typeof message === "string" ? message : undefined
}
