import { createServer } from "node:net"
import { createIdentityEngine } from "@gatehouse/engine-identity"
import { Secret } from "@gatehouse/kernel"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { defineIdentityContract } from "./identity-contract.ts"

defineIdentityContract("the embedded engine", async () => {
  const database = await createTestDatabase()
  const port = await freePort()
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0))
    })
  })
}
