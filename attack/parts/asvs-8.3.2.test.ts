import { setTimeout as wait } from "node:timers/promises"
import type { OrganizationId, ProjectUuid } from "@gatehouse/contracts"
import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { createRemoteAuthorizer } from "@gatehouse/openfga"
import { decide } from "@gatehouse/sdk/decision"
import { testPrincipal } from "@gatehouse/sdk/testing"
import { createLogger } from "@gatehouse/telemetry"
import { expect, test } from "vitest"
import { createWire, prepareStore, tuple } from "../../engines/authorization/src/contract/wire.ts"
import { startTestEngine } from "../../engines/authorization/src/testing/start-test-engine.ts"
import { modelOf } from "../support/authorization/decider.ts"
import { openLine } from "../support/severed-line.ts"

/** ASVS 8.3.2, 16.5.3: a copy of the permissions that has fallen behind refuses, and never guesses. */

const model = modelOf(`
type user
type document
  relations
    define viewer: [user]
`)
const key = tuple("user:ada", "viewer", "document:1")

/** The bound on a wrong yes, and what a busy machine adds to it. In milliseconds. */
const lagMilliseconds = 1_000 + 250

test("an engine that lost its database stops allowing within the bound, although another one took the right away", async () => {
  const engine = await startTestEngine()
  const url = new URL(revealSecret(engine.database.url))
  await using line = await openLine({ host: url.hostname, port: Number(url.port) })
  url.port = String(line.port)
  const cutOff = await createAuthorizationEngine({
    databaseUrl: new Secret(url.href),
    port: 0,
    presharedKey: new Secret(engine.credential),
    logger: createLogger({ name: "test", level: "silent" }),
  })
  try {
    const here = createWire(engine)
    const there = createWire({ url: cutOff.url, credential: engine.credential })
    const store = await prepareStore(here, model)
    await here.post(store.path("write"), { writes: { tuple_keys: [key] } })
    const ask = (more: object = {}) => there.post(store.path("check"), { tuple_key: key, ...more })
    expect((await ask()).body).toMatchObject({ allowed: true })

    line.cut()
    await here.post(store.path("write"), { deletes: { tuple_keys: [key] } })
    const taken = performance.now()
    const current = await ask({ consistency: "HIGHER_CONSISTENCY" })
    expect(current.body).not.toMatchObject({ allowed: true })
    while (performance.now() - taken < 2 * lagMilliseconds) {
      const asked = performance.now() - taken
      const { body } = await ask()
      if (asked > lagMilliseconds) expect(body).not.toMatchObject({ allowed: expect.anything() })
      await wait(100)
    }
    line.mend()
    await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200)
    expect((await ask()).body).toMatchObject({ allowed: false })
  } finally {
    await cutOff.close()
    await engine.close()
  }
}, 60_000)

test("a decision without its authorization server is refused, by exception, and never allowed", async () => {
  const engine = await startTestEngine()
  const wire = createWire(engine)
  const store = await prepareStore(wire, model)
  await using line = await openLine({ host: "127.0.0.1", port: Number(new URL(engine.url).port) })
  const authorizer = createRemoteAuthorizer({
    url: `http://127.0.0.1:${line.port}`,
    storeId: store.store,
    modelId: store.modelId,
    credential: new Secret(engine.credential),
    timeoutMilliseconds: 500,
  })
  try {
    await wire.post(store.path("write"), { writes: { tuple_keys: [key] } })
    expect(await authorizer.check(key)).toMatchObject({ allowed: true })
    line.cut()
    const unavailable = { code: "authz.unavailable" }
    await expect(authorizer.check(key)).rejects.toMatchObject(unavailable)
    await expect(authorizer.batchCheck([key])).rejects.toMatchObject(unavailable)
    await expect(
      authorizer.listObjects({ user: key.user, relation: "viewer", type: "document" }),
    ).rejects.toMatchObject(unavailable)
    const principal = testPrincipal({ home: "acme" as OrganizationId, subject: "ada" })
    const project = { type: "project", id: "01234567-89ab-4cde-8f01-23456789abcd" as ProjectUuid } as const
    await expect(
      decide({ authorizer, principal, permission: "can_read", object: project }),
    ).rejects.toMatchObject(unavailable)
    line.mend()
    expect(await authorizer.check(key)).toMatchObject({ allowed: true })
  } finally {
    await authorizer.close()
    await engine.close()
  }
})
