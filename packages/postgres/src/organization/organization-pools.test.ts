import type { OrganizationId } from "@gatehouse/contracts"
import { type Kysely, sql } from "kysely"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createDatabase } from "../pool/create-database.ts"
import { createPool } from "../pool/create-pool.ts"
import { testAdminUrl } from "../testing/create-test-database.ts"
import { createOrganizationPools, type OrganizationPools } from "./organization-pools.ts"

const opened: string[] = []
let pools: OrganizationPools<unknown>
beforeEach(() => {
  opened.length = 0
  pools = poolsThatClose(60_000)
})
afterEach(() => pools.close())

function poolsThatClose(idleMilliseconds: number): OrganizationPools<unknown> {
  return createOrganizationPools<unknown>({
    open: (organization) => {
      opened.push(organization)
      return createDatabase(createPool({ url: testAdminUrl(), max: 2, applicationName: "test" }))
    },
    maximumPools: 2,
    idleMilliseconds,
  })
}

const [acme, globex, initech] = ["acme", "globex", "initech"] as OrganizationId[]
const ping = (db: Kysely<unknown>) => sql`select 1`.execute(db)
const use = (
  organization: OrganizationId | undefined,
  work: (db: Kysely<unknown>) => Promise<unknown> = ping,
) => pools.use(organization as OrganizationId, work)

test("a pool is opened when it is first needed, and once for all who need it at a time", async () => {
  expect(opened).toEqual([])
  await Promise.all([use(acme), use(acme), use(acme)])
  expect(opened).toEqual(["acme"])
})

test("where there would be too many, the one unused for longest goes", async () => {
  await use(acme)
  await use(globex)
  await use(acme)
  await use(initech)
  expect(pools.count()).toBe(2)
  await use(acme)
  expect(opened).toEqual(["acme", "globex", "initech"])
})

test("one that is in use is never closed for another: that one is told to come again", async () => {
  let finish = () => {}
  const busy = [acme, globex].map((organization) =>
    use(organization, async (db) => {
      await new Promise<void>((resolve) => {
        finish = chain(finish, resolve)
      })
      await ping(db)
    }),
  )
  await expect(use(initech)).rejects.toMatchObject({ code: "postgres.too_many_connections" })
  finish()
  await Promise.all(busy)
  await use(initech)
})

test("an idle pool is closed, and opened again when it is needed", async () => {
  pools = poolsThatClose(40)
  await use(acme)
  await expect.poll(() => pools.count()).toBe(0)
  await use(acme)
  expect(opened).toEqual(["acme", "acme"])
})

test("closed, it serves nobody", async () => {
  await use(acme)
  await pools.close()
  await expect(use(acme)).rejects.toMatchObject({ code: "postgres.unavailable" })
})

function chain(first: () => void, second: () => void): () => void {
  return () => {
    first()
    second()
  }
}
