import { refuse } from "../wire/error-codes.ts"
import type { Route } from "./route.ts"

/** Whether the engine answers questions. The only route that asks for no credential. */
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
    return { body: { status: "SERVING" } }
  },
}
