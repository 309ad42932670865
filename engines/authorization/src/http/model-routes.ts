import { listModels, readModel } from "../commands/read-models.ts"
import { writeModel } from "../commands/write-model.ts"
import { decodePositionToken, encodeToken } from "../wire/continuation-token.ts"
import { parseModel } from "../wire/parse-model.ts"
import { showModel, showStoredModel } from "../wire/show-model.ts"
import { requirePattern, wirePatterns } from "../wire/violations.ts"
import { pageSize, queryInteger, type Route, storeOf } from "./route.ts"

/** Authorization models: write, list, get. */
export const modelRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/stores/:store/authorization-models",
    handle: async (engine, request) => {
      const store = storeOf(request, "WriteAuthorizationModelRequest")
      const id = await writeModel(engine, store, parseModel(request.body))
      return { status: 201, body: { authorization_model_id: id }, store }
    },
  },
  {
    method: "GET",
    path: "/stores/:store/authorization-models",
    handle: async (engine, request) => {
      const message = "ReadAuthorizationModelsRequest"
      const store = storeOf(request, message)
      const limit = pageSize(queryInteger(request, "page_size"), message)
      const expected = { kind: "models", scope: store, type: "" } as const
      const beforeSequence = decodePositionToken(request.query("continuation_token") ?? "", expected, message)
      const { models, more } = await listModels(engine, store, { beforeSequence, limit })
      const last = models.at(-1)
      const token = more && last ? encodeToken({ ...expected, after: String(last.sequence) }) : ""
      const shown = models.map(showStoredModel).join(",")
      return {
        json: `{"authorization_models":[${shown}],"continuation_token":${JSON.stringify(token)}}`,
        store,
      }
    },
  },
  {
    method: "GET",
    path: "/stores/:store/authorization-models/:id",
    handle: async (engine, request) => {
      const message = "ReadAuthorizationModelRequest"
      const store = storeOf(request, message)
      const id = request.path("id")
      requirePattern(id, wirePatterns.ulid, message, "Id")
      return { body: { authorization_model: showModel(await readModel(engine, store, id)) }, store }
    },
  },
]
