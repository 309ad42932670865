import { randomUUID } from "node:crypto"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createTestRealm, createTestStore, type TestStore } from "../testing/create-test-store.ts"
import type { ExpiringObjectInput, Realm } from "./types.ts"

let context: TestStore
let realm: Realm
let other: Realm
beforeAll(async () => {
  context = await createTestStore()
  realm = await createTestRealm(context.store, "one")
  other = await createTestRealm(context.store, "two")
})
afterAll(() => context[Symbol.asyncDispose]())

const inSeconds = (seconds: number) => new Date(context.clock.nowMilliseconds() + seconds * 1000)

function object(over: Partial<ExpiringObjectInput> = {}): ExpiringObjectInput {
  const id = randomUUID()
  return {
    realmId: realm.id,
    model: "AuthorizationCode",
    id,
    payload: { jti: id, planted: "s3cr3t" },
    expiresAt: inSeconds(60),
    ...over,
  }
}

test("a key stored for one kind is never found as another kind, nor in another realm", async () => {
  const { expiring } = context.store
  const code = object({ uid: "uid-1", userCode: "ABCD-EFGH" })
  await expiring.upsert(code)
  expect(await expiring.find(realm.id, "AuthorizationCode", code.id)).toMatchObject({
    id: code.id,
    payload: code.payload,
  })
  expect(await expiring.findByUid(realm.id, "AuthorizationCode", "uid-1")).toMatchObject({ id: code.id })
  expect(await expiring.findByUserCode(realm.id, "AuthorizationCode", "ABCD-EFGH")).toMatchObject({
    id: code.id,
  })
  for (const [realmId, model] of [
    [realm.id, "RefreshToken"],
    [realm.id, "authorizationcode"],
    [other.id, "AuthorizationCode"],
  ] as const) {
    expect(await expiring.find(realmId, model, code.id)).toBeUndefined()
    expect(await expiring.findByUid(realmId, model, "uid-1")).toBeUndefined()
    expect(await expiring.findByUserCode(realmId, model, "ABCD-EFGH")).toBeUndefined()
    expect(await expiring.consume(realmId, model, code.id)).toBe(false)
    await expiring.destroy(realmId, model, code.id)
  }
  expect(await expiring.find(realm.id, "AuthorizationCode", code.id)).toBeDefined()
})

test("of fifty concurrent uses of one code exactly one succeeds", async () => {
  const { expiring } = context.store
  const code = object()
  await expiring.upsert(code)
  const uses = await Promise.all(
    Array.from({ length: 50 }, () => expiring.consume(realm.id, code.model, code.id)),
  )
  expect(uses.filter(Boolean)).toHaveLength(1)
  expect((await expiring.find(realm.id, code.model, code.id))?.consumedAt).toEqual(inSeconds(0))
})

test("an id with any character removed, added or changed finds nothing", async () => {
  const { expiring } = context.store
  const code = object()
  await expiring.upsert(code)
  for (const id of [code.id.slice(1), `${code.id}0`, code.id.toUpperCase(), ` ${code.id}`, ""]) {
    expect(await expiring.find(realm.id, code.model, id)).toBeUndefined()
  }
})

test("what has expired is neither found nor consumed, and purge deletes it and nothing else", async () => {
  const { expiring } = context.store
  const [dying, lasting, eternal] = [
    object({ expiresAt: inSeconds(10) }),
    object({ expiresAt: inSeconds(1000) }),
    object({ expiresAt: undefined }),
  ]
  for (const one of [dying, lasting, eternal]) await expiring.upsert(one)
  context.clock.advance(10_000)
  expect(await expiring.find(realm.id, dying.model, dying.id)).toBeUndefined()
  expect(await expiring.consume(realm.id, dying.model, dying.id)).toBe(false)
  expect(await expiring.purge()).toBeGreaterThanOrEqual(1)
  expect(await expiring.purge()).toBe(0)
  expect(await expiring.find(realm.id, lasting.model, lasting.id)).toBeDefined()
  expect(await expiring.find(realm.id, eternal.model, eternal.id)).toBeDefined()
})

test("replacing an object changes its payload and keeps it consumed", async () => {
  const { expiring } = context.store
  const token = object({ model: "RefreshToken" })
  await expiring.upsert(token)
  await expiring.consume(realm.id, token.model, token.id)
  await expiring.upsert({ ...token, payload: { renewed: true } })
  expect(await expiring.find(realm.id, token.model, token.id)).toMatchObject({
    payload: { renewed: true },
    consumedAt: expect.any(Date),
  })
  expect(await expiring.consume(realm.id, token.model, token.id)).toBe(false)
})

test("ending a grant, an account or a client ends what belongs to it, in its realm alone", async () => {
  const { expiring } = context.store
  const accountId = randomUUID()
  const mine = object({ grantId: "g1", accountId, clientId: "portal" })
  const foreign = object({ realmId: other.id, grantId: "g1", accountId, clientId: "portal" })
  const unrelated = object({ grantId: "g2", accountId: randomUUID(), clientId: "cli" })
  const there = async (one: ExpiringObjectInput) =>
    (await expiring.find(one.realmId, one.model, one.id)) !== undefined
  const endings = [
    () => expiring.destroyByGrant(realm.id, "g1"),
    () => expiring.destroyByAccount(realm.id, accountId),
    () => expiring.destroyByClient(realm.id, "portal"),
  ]
  for (const end of endings) {
    for (const one of [mine, foreign, unrelated]) await expiring.upsert(one)
    await end()
    expect([await there(mine), await there(foreign), await there(unrelated)]).toEqual([false, true, true])
  }
})

test("a session that was ended with its account is not revived by a write that comes late", async () => {
  const { expiring } = context.store
  const accountId = randomUUID()
  const session = object({ model: "UserSession", accountId })
  await expiring.upsert(session)
  await expiring.destroyByAccount(realm.id, accountId)
  await expiring.upsert(session)
  expect((await expiring.find(realm.id, session.model, session.id))?.consumedAt).toBeDefined()
})

test("an account's objects are listed newest first, all or of one kind", async () => {
  const { expiring } = context.store
  const accountId = randomUUID()
  const first = object({ model: "UserSession", accountId })
  await expiring.upsert(first)
  context.clock.advance(1000)
  const second = object({ model: "UserSession", accountId })
  await expiring.upsert(second)
  await expiring.upsert(object({ accountId }))
  const ids = async (model?: string) =>
    (await expiring.listByAccount(realm.id, accountId, model)).map(({ id }) => id)
  expect(await ids("UserSession")).toEqual([second.id, first.id])
  expect(await ids()).toHaveLength(3)
})

test("no row holds an id, a code or a payload in clear", async () => {
  const code = object({ uid: "uid-planted", userCode: "PLAN-TED1", grantId: "grant-planted" })
  await context.store.expiring.upsert(code)
  const { rows } = await sql<{ line: string }>`select concat(e.*::text, encode(e.payload, 'escape')) as line
    from identity.expiring_object e`.execute(context.database)
  const all = rows.map(({ line }) => line).join("\n")
  for (const planted of [code.id, "uid-planted", "PLAN-TED1", "grant-planted", "s3cr3t"])
    expect(all).not.toContain(planted)
})
