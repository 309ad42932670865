import { Secret } from "@gatehouse/kernel"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import {
  createTestRealm,
  createTestStore,
  createTestUser,
  type TestStore,
} from "../testing/create-test-store.ts"
import { generateRealmKey } from "./realm-keys.ts"
import type { Group, Realm, Role, StoreChange } from "./types.ts"

let context: TestStore
let realm: Realm
beforeAll(async () => {
  context = await createTestStore()
  realm = await createTestRealm(context.store, "acme")
})
afterAll(() => context[Symbol.asyncDispose]())

async function group(path: string, inRealm = realm): Promise<Group> {
  const { groups } = context.store
  const parentPath = path.slice(0, path.lastIndexOf("/"))
  const parent = parentPath === "" ? undefined : await groups.findByPath(inRealm.id, parentPath)
  const written = await groups.create(inRealm, parent, {
    name: path.slice(path.lastIndexOf("/") + 1),
    description: undefined,
    attributes: {},
  })
  if (!written.ok) throw new Error("the test's group exists already")
  return written.value
}

async function role(name: string, inRealm = realm): Promise<Role> {
  const written = await context.store.roles.create(inRealm, undefined, {
    name,
    description: undefined,
    attributes: {},
  })
  if (!written.ok) throw new Error("the test's role exists already")
  return written.value
}

test("a user is found by every spelling of the name, and by e-mail where the realm allows it", async () => {
  const { store } = context
  const made = await store.users.create(realm, {
    username: " Zoë.Müller ",
    email: "Zoe@Example.COM",
    emailVerified: true,
    firstName: "Zoë",
    lastName: "Müller",
    enabled: true,
    attributes: {},
    requiredActions: [],
  })
  if (!made.ok) throw new Error("not made")
  for (const name of [
    "zoë.müller",
    "ZOË.MÜLLER",
    " zoe\u0308.mu\u0308ller\u2003",
    "zoe@example.com",
    "ＺＯＥ@example.com",
  ]) {
    expect((await store.findUserByUsernameOrEmail(realm.id, name))?.id).toBe(made.value.id)
  }
  const strict = await createTestRealm(store, "strict", { loginWithEmailAllowed: false })
  await store.users
    .create(strict, { ...made.value, serviceAccountClient: "" } as never)
    .catch(() => undefined)
  expect(await store.findUserByUsernameOrEmail(strict.id, "zoe@example.com")).toBeUndefined()
  expect(await store.findUserByUsernameOrEmail(realm.id, "zoe")).toBeUndefined()
})

test("two users share neither name nor e-mail address in any spelling, and other realms are free", async () => {
  const { store } = context
  const input = (username: string, email: string) => ({
    username,
    email,
    emailVerified: false,
    firstName: undefined,
    lastName: undefined,
    enabled: true,
    attributes: {},
    requiredActions: [],
  })
  expect((await store.users.create(realm, input("twin", "twin@acme.test"))).ok).toBe(true)
  expect(await store.users.create(realm, input("TWIN", "x@acme.test"))).toEqual({
    ok: false,
    reason: "username_exists",
  })
  expect(await store.users.create(realm, input("twin2", "TWIN@acme.test"))).toEqual({
    ok: false,
    reason: "email_exists",
  })
  const elsewhere = await createTestRealm(store, "elsewhere")
  expect((await store.users.create(elsewhere, input("twin", "twin@acme.test"))).ok).toBe(true)
  const other = await store.users.create(realm, input("other", "other@acme.test"))
  if (!other.ok) throw new Error("not made")
  expect(await store.users.update(realm, other.value, input("other", "Twin@acme.test"))).toEqual({
    ok: false,
    reason: "email_exists",
  })
})

test("a parent group's roles apply to members of its children, composites included, and not the other way round", async () => {
  const { store } = context
  const [outer, inner] = [await group("/outer"), await group("/outer/inner")]
  const [parentRole, childRole, brought] = [
    await role("of-outer"),
    await role("of-inner"),
    await role("brought"),
  ]
  await store.roles.addComposite(realm, parentRole, brought)
  await store.roles.addComposite(realm, brought, parentRole)
  await store.roles.give(realm, { kind: "group", id: outer.id }, [parentRole])
  await store.roles.give(realm, { kind: "group", id: inner.id }, [childRole])
  const [deep, shallow] = [
    await createTestUser(store, realm, "deep"),
    await createTestUser(store, realm, "shallow"),
  ]
  await store.groups.join(realm, deep, inner)
  await store.groups.join(realm, shallow, outer)
  expect(await store.effectiveRealmRolesOf(deep)).toEqual(["brought", "of-inner", "of-outer"])
  expect(await store.effectiveRealmRolesOf(shallow)).toEqual(["brought", "of-outer"])
  expect(await store.groupPathsOf(deep)).toEqual(["/outer/inner"])
  expect(await store.roles.effectiveIdsOfGroup(inner)).toEqual(
    new Set([parentRole.id, childRole.id, brought.id]),
  )
  expect(await store.roles.effectiveIdsOfGroup(outer)).toEqual(new Set([parentRole.id, brought.id]))
})

test("a renamed group takes the paths beneath it along, and no others", async () => {
  const { store } = context
  const team = await group("/team 🦊")
  await group("/team 🦊/a")
  await group("/team 🦊/a/b")
  await group("/team 🦊x")
  const renamed = await store.groups.update(realm, team, { ...team, name: "crew" })
  expect(renamed.ok).toBe(true)
  for (const path of ["/crew", "/crew/a", "/crew/a/b", "/team 🦊x"]) {
    expect((await store.groups.findByPath(realm.id, path))?.path).toBe(path)
  }
  expect(await store.groups.findByPath(realm.id, "/team 🦊/a")).toBeUndefined()
})

test("rows of one realm never point into another", async () => {
  const { store, database } = context
  const foreign = await createTestRealm(store, "foreign")
  const user = await createTestUser(store, realm, "homebody")
  const theirs = await role("theirs", foreign)
  await expect(store.roles.give(realm, { kind: "user", id: user.id }, [theirs])).rejects.toMatchObject({
    code: "postgres.reference_conflict",
  })
  expect(await store.findUser(foreign.id, user.id)).toBeUndefined()
  expect(await store.effectiveRealmRolesOf(user)).toEqual([])
  await store.realms.delete(foreign)
  const { rows } = await sql<{
    n: string
  }>`select count(*) as n from identity.role where id = ${theirs.id}`.execute(database)
  expect(rows[0]?.n).toBe("0")
})

test("a rotated key signs no more and still verifies; private keys and client secrets are sealed at rest", async () => {
  const { store, database } = context
  const before = await store.realmKeys(realm.id)
  const next = await generateRealmKey()
  await store.transaction((within) => within.keys.activate(realm, next))
  const after = await store.realmKeys(realm.id)
  expect(after.active.kid).toBe(next.kid)
  expect(after.passive.map(({ kid }) => kid)).toContain(before.active.kid)
  expect(after.passive[0]?.privateJwk).toEqual(before.active.privateJwk)
  const { rows } = await sql<{
    line: string
  }>`select concat(k.*::text, encode(private_jwk, 'escape')) as line from identity.realm_key k`.execute(
    database,
  )
  for (const { line } of rows) {
    expect(line).not.toContain(String(before.active.privateJwk.d))
    expect(line).not.toContain(String(next.privateJwk.d))
  }
  await expect(
    context.reopen(new Secret("another key of at least 32 characters")).realmKeys(realm.id),
  ).rejects.toThrow()
})

test("the brute-force settings of the realm lock an account, count concurrent failures, and forget old ones", async () => {
  const { store, clock } = context
  const guarded = await createTestRealm(store, "guarded", {
    bruteForceProtected: true,
    failureFactor: 5,
    waitIncrementSeconds: 60,
    maxFailureWaitSeconds: 100,
    maxDeltaTimeSeconds: 3600,
  })
  const user = await createTestUser(store, guarded, "victim")
  expect(await store.loginFailuresOf(user)).toEqual({ failures: 0, lockedUntil: undefined })
  await Promise.all(Array.from({ length: 4 }, () => store.recordLoginFailure(user)))
  expect(await store.loginFailuresOf(user)).toEqual({ failures: 4, lockedUntil: undefined })
  const locked = await store.recordLoginFailure(user)
  expect(locked.lockedUntil?.getTime()).toBe(clock.nowMilliseconds() + 60_000)
  for (let more = 0; more < 5; more++) await store.recordLoginFailure(user)
  expect((await store.loginFailuresOf(user)).lockedUntil?.getTime()).toBe(clock.nowMilliseconds() + 100_000)
  clock.advance(100_000)
  expect((await store.loginFailuresOf(user)).lockedUntil).toBeUndefined()
  clock.advance(3_600_000)
  expect(await store.recordLoginFailure(user)).toEqual({ failures: 1, lockedUntil: undefined })
  await store.clearLoginFailures(user)
  expect((await store.loginFailuresOf(user)).failures).toBe(0)
})

test("a new password ends what was open under the old one, and only its own user's", async () => {
  const { store, clock } = context
  const [user, bystander] = [
    await createTestUser(store, realm, "changer"),
    await createTestUser(store, realm, "bystander"),
  ]
  await store.setPassword(user, "first password", { temporary: true })
  expect(await store.findUser(realm.id, user.id)).toMatchObject({ requiredActions: ["UPDATE_PASSWORD"] })
  expect(await store.verifyPassword(user, "first password")).toEqual({ valid: true, temporary: true })
  for (const one of [user, bystander]) {
    await store.expiring.upsert({
      realmId: realm.id,
      model: "RefreshToken",
      id: one.username,
      payload: {},
      expiresAt: undefined,
      accountId: one.id,
    })
  }
  await store.setPassword(user, "second password", { temporary: false })
  expect(await store.verifyPassword(user, "first password")).toEqual({ valid: false, temporary: false })
  expect(await store.verifyPassword(user, "second password")).toEqual({ valid: true, temporary: false })
  expect(await store.verifyPassword(undefined, "second password")).toEqual({ valid: false, temporary: false })
  expect(await store.findUser(realm.id, user.id)).toMatchObject({
    requiredActions: [],
    notBefore: Math.floor(clock.nowMilliseconds() / 1000),
  })
  expect(await store.expiring.find(realm.id, "RefreshToken", user.username)).toBeUndefined()
  expect(await store.expiring.find(realm.id, "RefreshToken", bystander.username)).toBeDefined()
})

test("listeners hear of a change after its commit, and of nothing that was rolled back", async () => {
  const { store } = context
  const heard: StoreChange[] = []
  const stop = store.onChange((change) => heard.push(change))
  await store.transaction(async (within) => {
    await createTestUser(within, realm, "heard")
    expect(heard).toEqual([])
  })
  expect(heard).toEqual([{ realmId: realm.id, realm: "acme", kind: "user" }])
  await expect(
    store.transaction(async (within) => {
      await createTestUser(within, realm, "unheard")
      throw new Error("changed its mind")
    }),
  ).rejects.toThrow("changed its mind")
  expect(heard).toHaveLength(1)
  expect(await store.findUserByUsernameOrEmail(realm.id, "unheard")).toBeUndefined()
  stop()
  await createTestUser(store, realm, "later")
  expect(heard).toHaveLength(1)
})

test('a search takes prefixes, *infixes* and "exact words" over names and e-mail, and no wildcard of SQL', async () => {
  const { store } = context
  const searched = await createTestRealm(store, "searched")
  const people = [
    ["ann_lee", "Ann", "Lee"],
    ["annalee", "Anna", "Lee"],
    ["bob", "Robert", "Annison"],
  ] as const
  for (const [username, firstName, lastName] of people) {
    await store.users.create(searched, {
      username,
      firstName,
      lastName,
      email: `${username}@x.test`,
      emailVerified: false,
      enabled: true,
      attributes: {},
      requiredActions: [],
    })
  }
  const find = async (filter: Parameters<typeof store.users.list>[1]) =>
    (await store.users.list(searched.id, filter, {})).map(({ username }) => username)
  expect(await find({ search: "ann" })).toEqual(["ann_lee", "annalee", "bob"])
  expect(await find({ search: "ann lee" })).toEqual(["ann_lee", "annalee"])
  expect(await find({ search: '"ann"' })).toEqual(["ann_lee"])
  expect(await find({ search: "*son" })).toEqual(["bob"])
  expect(await find({ search: "ann_l" })).toEqual(["ann_lee"])
  expect(await find({ search: "%" })).toEqual([])
  expect(await find({ username: "nn" })).toEqual(["ann_lee", "annalee"])
  expect(await find({ username: "ann_lee", exact: true })).toEqual(["ann_lee"])
  expect(await find({ username: "ann_", exact: true })).toEqual([])
  expect(await store.users.count(searched.id, { search: "ann lee" })).toBe(2)
  expect(
    (await store.users.list(searched.id, {}, { first: 1, max: 1 })).map(({ username }) => username),
  ).toEqual(["annalee"])
  expect(await store.users.list(searched.id, {}, { max: 0 })).toEqual([])
})
