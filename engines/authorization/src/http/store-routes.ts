import { createStore, deleteStore, getStore, listStores } from "../commands/stores.ts"
import type { StoreRecord } from "../storage/storage.ts"
import { decodeToken, encodeToken } from "../wire/continuation-token.ts"
import { requirePattern, wirePatterns } from "../wire/violations.ts"
import { pageSize, queryInteger, type Route, storeOf } from "./route.ts"

const created = ({ id, name, createdAt, updatedAt }: StoreRecord) => ({
  id,
  name,
  created_at: createdAt,
  updated_at: updatedAt,
})
const shown = (store: StoreRecord) => ({ ...created(store), deleted_at: null })

/** Stores: create, list, get, delete. */
export const storeRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/stores",
    handle: async (engine, { body }) => {
      const name = body.string("name")
      requirePattern(name, wirePatterns.storeName, "CreateStoreRequest", "Name")
      return { status: 201, body: created(await createStore(engine, name)) }
    },
  },
  {
    method: "GET",
    path: "/stores",
    handle: async (engine, request) => {
      const message = "ListStoresRequest"
      const limit = pageSize(queryInteger(request, "page_size"), message)
      const expected = { kind: "stores", scope: "", type: "" } as const
      const afterId = decodeToken(request.query("continuation_token") ?? "", expected, message)
      const name = request.query("name") || undefined
      if (name !== undefined) requirePattern(name, wirePatterns.storeName, message, "Name")
      const { stores, more } = await listStores(engine, { name, afterId, limit })
      const last = stores.at(-1)
      const token = more && last ? encodeToken({ ...expected, after: last.id }) : ""
      return { body: { stores: stores.map(shown), continuation_token: token } }
    },
  },
  {
    method: "GET",
    path: "/stores/:store",
    handle: async (engine, request) => {
      const store = storeOf(request, "GetStoreRequest")
      return { body: shown(await getStore(engine, store)), store }
    },
  },
  {
    method: "DELETE",
    path: "/stores/:store",
    handle: async (engine, request) => {
      const store = storeOf(request, "DeleteStoreRequest")
      await deleteStore(engine, store)
      return { status: 204, store }
    },
  },
]
