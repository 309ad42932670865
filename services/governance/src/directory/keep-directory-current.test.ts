import type { OrganizationId } from "@gatehouse/contracts"
import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import type { RevocationEvent } from "@gatehouse/tokens"
import { expect, test } from "vitest"
import { type RegistryTables, registryMigrations, registrySchema } from "../database/registry-schema.ts"
import { createRevocationStore } from "../revocation/revocation-store.ts"
import { keepDirectoryCurrent } from "./keep-directory-current.ts"

test("an event that another process recorded makes the directory forget that organization within a second", async () => {
  await using database = await createTestDatabase()
  const pool = createPool({ url: database.url, max: 3, applicationName: "test" })
  const registry = createDatabase<RegistryTables>(pool).withSchema(registrySchema)
  await migrate(registry, registrySchema, registryMigrations)
  const forgotten: string[] = []
  const realms = { forget: (organization: string) => void forgotten.push(organization) }
  const other = createRevocationStore(registry)
  const keeper = keepDirectoryCurrent({ revocations: createRevocationStore(registry), realms })
  try {
    const tell = (organization: string, tokenId: string) => {
      const atSeconds = Math.floor(Date.now() / 1_000)
      const event: RevocationEvent = {
        kind: "session_ended",
        organization: organization as OrganizationId,
        sessionId: "s",
        atSeconds,
      }
      return other.record(event, { tokenId })
    }
    await tell("acme", "1")
    await expect.poll(() => forgotten, { timeout: 5_000 }).toEqual(["acme"])
    await tell("globex", "2")
    await expect.poll(() => forgotten, { timeout: 5_000 }).toEqual(["acme", "globex"])
    // The same event is not told again.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(forgotten).toEqual(["acme", "globex"])
  } finally {
    await keeper.close()
    await registry.destroy()
  }
})
