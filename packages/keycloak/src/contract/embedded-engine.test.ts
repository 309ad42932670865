import { createIdentityEngine } from "@gatehouse/engine-identity"
import { Secret } from "@gatehouse/kernel"
import { createTestDatabase, findFreePort } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { defineIdentityContract } from "./identity-contract.ts"

defineIdentityContract("the embedded engine", async () => {
  const database = await createTestDatabase()
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const clientSecret = new Secret("secret of the contract's administrator")
  const engine = await createIdentityEngine({
    databaseUrl: database.url,
    port,
    publicUrl: url,
    bootstrap: { clientId: "gatehouse", clientSecret },
    encryptionKey: new Secret("an encryption key of the contract's tests"),
    logger: createLogger({ name: "contract", level: "error" }),
  })
  return {
    url,
    credentials: { realm: "master", clientId: "gatehouse", clientSecret },
    close: async () => {
      await engine.close()
      await database.drop()
    },
  }
})
