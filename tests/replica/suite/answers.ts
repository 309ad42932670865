import { type CheckQuery, createRemoteAuthorizer, type ReplicaAuthorizer } from "@gatehouse/openfga"
import { afterEach, describe, expect, test } from "vitest"
import { Opened, openStore, type ReplicaTarget, viewer } from "../replica-target.ts"
import { startWireProxy } from "../wire-proxy.ts"

const group = (user: string, name: string) => ({ user, relation: "member", object: `group:${name}` })
const inside = { user: "folder:f", relation: "parent", object: "document:plan" }
const wide = "x".repeat(10_000)

/** Questions whose answer, or refusal, memory and server have to give alike. */
const questions: readonly (readonly [name: string, query: CheckQuery])[] = [
  ["a direct relation", viewer("ann", "plan")],
  ["nobody", viewer("nobody", "plan")],
  ["two groups and a folder", viewer("carl", "plan")],
  ["a userset", { ...viewer("x", "plan"), user: "group:inner#member" }],
  ["an exclusion", viewer("blocked", "plan")],
  ["a contextual tuple", { ...viewer("new", "plan"), contextualTuples: [group("user:new", "inner")] }],
  [
    "a contextual exclusion",
    {
      ...viewer("ann", "plan"),
      contextualTuples: [{ user: "user:ann", relation: "blocked", object: "document:plan" }],
    },
  ],
  [
    "a condition that holds",
    {
      user: "user:dora",
      relation: "editor",
      object: "document:plan",
      context: { network: "office" },
    },
  ],
  [
    "a condition that does not",
    {
      user: "user:dora",
      relation: "editor",
      object: "document:plan",
      context: { network: "home" },
    },
  ],
  ["a condition without its parameter", { user: "user:dora", relation: "editor", object: "document:plan" }],
  [
    "a condition with a wrong parameter",
    {
      user: "user:dora",
      relation: "editor",
      object: "document:plan",
      context: { network: 5 },
    },
  ],
  ["an unknown type", { ...viewer("ann", "plan"), object: "planet:mars" }],
  ["an unknown relation", { ...viewer("ann", "plan"), relation: "flies" }],
  ["a malformed user", { ...viewer("ann", "plan"), user: "ann" }],
  ["a malformed object", { ...viewer("ann", "plan"), object: "document:a:b" }],
  ["a user of 10 KB", viewer(wide, "plan")],
  ["an object of 10 KB", viewer("ann", wide)],
  ["a relation of 10 KB", { ...viewer("ann", "plan"), relation: wide }],
  [
    "a contextual tuple that the model refuses",
    { ...viewer("ann", "plan"), contextualTuples: [viewer("a b", "plan")] },
  ],
  [
    "101 contextual tuples",
    {
      ...viewer("ann", "plan"),
      contextualTuples: Array.from({ length: 101 }, (_, index) => group(`user:u${index}`, "g")),
    },
  ],
]

/** What memory says is what the server says, and only memory says it. */
export function describeAnswers(target: () => ReplicaTarget): void {
  const opened = new Opened()
  afterEach(() => opened.close())

  async function both() {
    const store = await openStore(target(), opened)
    const proxy = opened.add(await startWireProxy(target().url), (open) => open[Symbol.asyncDispose]())
    const remote = opened.add(createRemoteAuthorizer(store.options), (open) => open.close())
    await remote.write({
      writes: [
        ...[viewer("ann", "plan"), viewer("blocked", "plan"), inside],
        { user: "user:blocked", relation: "blocked", object: "document:plan" },
        { user: "group:outer#member", relation: "viewer", object: "folder:f" },
        ...[group("group:inner#member", "outer"), group("user:carl", "inner")],
        {
          user: "user:dora",
          relation: "editor",
          object: "document:plan",
          condition: { name: "from_office", context: { level: 2 } },
        },
        { user: "user:*", relation: "viewer", object: "document:public" },
      ],
    })
    // Who answers is what counts here, also where the machine stands still for longer than memory may be old.
    const replica = await store.replica({ url: proxy.url, timings: { maximumLagMilliseconds: 60_000 } })
    return { remote, replica, proxy }
  }

  const outcome = (asked: Promise<unknown>) => asked.catch(({ code }) => code)

  test("checks, alone and in a batch", async () => {
    const { remote, replica, proxy } = await both()
    for (const [name, query] of questions)
      expect([name, await outcome(replica.check(query))]).toEqual([name, await outcome(remote.check(query))])
    const taken = questions.slice(0, 9).map(([, query]) => query)
    expect(await replica.batchCheck(taken)).toEqual(await remote.batchCheck(taken))
    expect(proxy.counts.get("check") ?? 0).toBe(0)
    expect(proxy.counts.get("batch-check") ?? 0).toBe(0)
  })

  test("lists of objects and of users, whole and sorted alike, and their refusals", async () => {
    const { remote, replica, proxy } = await both()
    const objects = async (
      authorizer: ReplicaAuthorizer | typeof remote,
      user: string,
      type = "document",
    ) => {
      const answer = await authorizer
        .listObjects({ user, relation: "viewer", type })
        .catch(({ code }) => code)
      return typeof answer === "string" ? answer : { ...answer, objects: answer.objects.sort() }
    }
    for (const user of [
      "user:ann",
      "user:carl",
      "user:blocked",
      "group:inner#member",
      "nonsense",
      `user:${wide}`,
    ])
      expect(await objects(replica, user)).toEqual(await objects(remote, user))
    expect(await objects(replica, "user:ann", "planet")).toEqual(await objects(remote, "user:ann", "planet"))
    const users = async (
      authorizer: ReplicaAuthorizer | typeof remote,
      object: string,
      relation?: string,
    ) => {
      const filter = relation === undefined ? { type: "user" } : { type: "group", relation }
      const answer = await authorizer
        .listUsers({ object, relation: "viewer", filter, context: { network: "office" } })
        .catch(({ code }) => code)
      return typeof answer === "string" ? answer : { ...answer, users: answer.users.sort() }
    }
    for (const object of ["document:plan", "document:public", "folder:f", "planet:mars", "document:none"]) {
      expect(await users(replica, object)).toEqual(await users(remote, object))
      expect(await users(replica, object, "member")).toEqual(await users(remote, object, "member"))
    }
    expect(proxy.counts.get("list-objects") ?? 0).toBe(0)
    expect(proxy.counts.get("list-users") ?? 0).toBe(0)
  })

  test("explanations", async () => {
    const { remote, replica } = await both()
    for (const query of [viewer("carl", "plan"), viewer("nobody", "plan")])
      expect((await replica.explain(query)).allowed).toBe((await remote.explain(query)).allowed)
  })

  describe("the server answers", () => {
    test("what asks for the highest consistency, and no more of a batch than that", async () => {
      const { replica, proxy } = await both()
      const current = { ...viewer("ann", "plan"), consistency: "higher_consistency" } as const
      expect(await replica.check(current)).toEqual({ allowed: true })
      expect(proxy.counts.get("check")).toBe(1)
      expect(await replica.batchCheck([viewer("nobody", "plan"), current, viewer("carl", "plan")])).toEqual([
        { allowed: false },
        { allowed: true },
        { allowed: true },
      ])
      expect(proxy.counts.get("batch-check")).toBe(1)
      await replica.listObjects({ ...current, type: "document" })
      expect(proxy.counts.get("list-objects")).toBe(1)
    })

    test("until the tuples are loaded, and refuses where it cannot", async () => {
      const store = await openStore(target(), opened)
      const proxy = opened.add(await startWireProxy(target().url), (open) => open[Symbol.asyncDispose]())
      proxy.fail("silent", "read")
      const writer = store.start()
      await writer.write({ writes: [viewer("ann", "plan")] })
      const loading = store.start({ url: proxy.url })
      expect(await loading.check(viewer("ann", "plan"))).toEqual({ allowed: true })
      expect(loading.status()).toMatchObject({ state: "loading", tuples: 0 })
      expect(await loading.health()).toMatchObject({ status: "ok" })
      proxy.fail("cut", "check")
      await expect(loading.check(viewer("ann", "plan"))).rejects.toMatchObject({ code: "authz.unavailable" })
      proxy.heal()
      await loading.ready()
      expect(await loading.check(viewer("ann", "plan"))).toEqual({ allowed: true })
    })

    test("nobody after it was closed, and who waits for it is told", async () => {
      const store = await openStore(target(), opened)
      const replica = await store.replica()
      await replica.close()
      await expect(replica.check(viewer("ann", "plan"))).rejects.toMatchObject({ code: "authz.unavailable" })
      expect(replica.status().state).toBe("stopped")
      const waiting = store.start({ url: "http://127.0.0.1:9" })
      const ready = waiting.ready().catch(({ code }) => code)
      await waiting.close()
      expect(await ready).toBe("authz.unavailable")
    })
  })
}
