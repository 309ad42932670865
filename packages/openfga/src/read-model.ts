import { type AuthorizationModel, type CompiledModel, compileModelInTurns } from "@gatehouse/rebac"
import { textIn, unexpected } from "./wire-answers.ts"
import { memberOf } from "./wire-client.ts"
import { bodyOf } from "./wire-errors.ts"
import { storePath, type WireTarget } from "./wire-target.ts"

/** The target's model, ready for questions. It never changes under its id. Throws `authz.unavailable` where there is none. */
export async function readModel(target: WireTarget): Promise<CompiledModel> {
  const path = `${storePath(target, "authorization-models")}/${encodeURIComponent(target.modelId)}`
  const answer = await target.client.call({ method: "GET", path, repeatable: true })
  const model = memberOf(bodyOf(answer, "query"), "authorization_model")
  const isModel = Array.isArray(memberOf(model, "type_definitions"))
  if (!isModel || textIn(model, "id") !== target.modelId) throw unexpected()
  return compileModelInTurns(model as AuthorizationModel)
}
