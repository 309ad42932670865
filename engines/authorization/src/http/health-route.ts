import { refuse } from "../wire/error-codes.ts"
import type { Route } from "./route.ts"

/** Whether the engine answers questions about all that it has: not before its stores are in memory. The only route that asks for no credential. */
export const healthRoute: Route = {
  method: "GET",
  path: "/healthz",
  isPublic: true,
  handle: async (engine) => {
    try {
      await engine.storage.ping()
    } catch {
      throw refuse("unavailable", "the database does not answer")
    }
    if (engine.views.stillToPreload > 0) throw refuse("unavailable", "status:NOT_SERVING")
    return { body: { status: "SERVING" } }
  },
}
