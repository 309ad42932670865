import { revealSecret } from "@gatehouse/kernel"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import { startRealOpenfga } from "../support/real-openfga.ts"
import type { ReplicaTarget } from "./replica-target.ts"

/** A real OpenFGA on a database of its own. */
export async function startReal(): Promise<ReplicaTarget> {
  const database = await createTestDatabase()
  const databaseUrl = revealSecret(database.url)
  const server = await startRealOpenfga({ datastore: "postgres", databaseUrl })
  return {
    url: server.url,
    credential: server.credential,
    databaseUrl,
    lockRow: `select 1 from tuple where store = $1 and object_type || ':' || object_id = $2
      and relation = $3 and _user = $4 for update`,
    kill: () => server.kill(),
    restart: () => server.restart(),
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await database.drop()
    },
  }
}
