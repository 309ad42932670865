import { randomUUID } from "node:crypto"
import { Secret } from "@gatehouse/kernel"
import { createRemoteAuthorizer, ensureStore, type RelationshipTuple } from "@gatehouse/openfga"
import { expect, test } from "vitest"
import { contractModel } from "./model.ts"
import { type ContractTarget, createWire, tuple, unknownId } from "./wire.ts"

async function collect(tuples: AsyncIterable<RelationshipTuple>): Promise<RelationshipTuple[]> {
  const collected: RelationshipTuple[] = []
  for await (const each of tuples) collected.push(each)
  return collected
}

/** The platform's own client: `@gatehouse/openfga`. */
export function ourClientContract(target: () => ContractTarget): void {
  const options = () => ({ url: target().url, credential: new Secret(target().credential) })
  const newName = () => `client ${randomUUID()}`
  const prepare = async () => {
    const ids = await ensureStore({ ...options(), name: newName(), model: contractModel })
    return createRemoteAuthorizer({ ...options(), ...ids })
  }
  const anne = tuple("user:anne", "owner", "document:1")
  const question = { user: "user:anne", relation: "viewer", object: "document:1" }

  test("a store is found again by its name, and a model written only when it differs", async () => {
    const name = newName()
    const first = await ensureStore({ ...options(), name, model: contractModel })
    expect(await ensureStore({ ...options(), name, model: structuredClone(contractModel) })).toEqual(first)
    const reordered = { ...contractModel, type_definitions: [...contractModel.type_definitions].reverse() }
    expect(await ensureStore({ ...options(), name, model: reordered })).toEqual(first)
    const changed = {
      ...contractModel,
      type_definitions: [...contractModel.type_definitions, { type: "other" }],
    }
    const second = await ensureStore({ ...options(), name, model: changed })
    expect(second.storeId).toBe(first.storeId)
    expect(second.modelId).not.toBe(first.modelId)
  })

  test("starts at the same time take one store", async () => {
    const name = newName()
    const found = await Promise.all(
      Array.from({ length: 6 }, () => ensureStore({ ...options(), name, model: contractModel })),
    )
    expect(new Set(found.map(({ storeId }) => storeId)).size).toBe(1)
    const stores = await createWire(target()).get(`/stores?name=${encodeURIComponent(name)}`)
    expect((stores.body as { stores: object[] }).stores).toHaveLength(1)
  })

  test("check and batchCheck answer as the server does, in the order of the questions", async () => {
    const authorizer = await prepare()
    try {
      await authorizer.write({ writes: [anne] })
      expect(await authorizer.check(question)).toEqual({ allowed: true })
      expect(await authorizer.check({ ...question, user: "user:bob" })).toEqual({ allowed: false })
      const contextualTuples = [tuple("user:bob", "owner", "document:1")]
      expect(await authorizer.check({ ...question, user: "user:bob", contextualTuples })).toEqual({
        allowed: true,
      })
      const many = Array.from({ length: 120 }, (_, index) => ({
        ...question,
        user: index % 3 === 0 ? "user:anne" : `user:${index}`,
      }))
      const outcomes = await authorizer.batchCheck(many)
      expect(outcomes.map(({ allowed }) => allowed)).toEqual(many.map((_, index) => index % 3 === 0))
      expect(await authorizer.batchCheck([])).toEqual([])
    } finally {
      await authorizer.close()
    }
  })

  test("conditions: stored and contextual contexts, and the request's", async () => {
    const authorizer = await prepare()
    try {
      const condition = { name: "from_office", context: { network: "office" } }
      await authorizer.write({ writes: [{ ...tuple("user:eve", "editor", "document:1"), condition }] })
      const eve = { user: "user:eve", relation: "editor", object: "document:1" }
      expect(await authorizer.check({ ...eve, context: { level: 1 } })).toEqual({ allowed: true })
      expect(await authorizer.check({ ...eve, context: { level: 9 } })).toEqual({ allowed: false })
      await expect(authorizer.check(eve)).rejects.toMatchObject({ code: "openfga.query_refused" })
      const [stored] = await collect(authorizer.read({ object: "document:1" }))
      expect(stored).toEqual({ ...eve, condition })
    } finally {
      await authorizer.close()
    }
  })

  test("write is all or nothing, with conflicts as their own error or ignored", async () => {
    const authorizer = await prepare()
    try {
      await authorizer.write({ writes: [anne] })
      await authorizer.write({})
      const conflict = { code: "openfga.tuple_exists_or_missing", status: 409 }
      await expect(authorizer.write({ writes: [anne] })).rejects.toMatchObject(conflict)
      const missing = tuple("user:none", "owner", "document:1")
      await expect(authorizer.write({ deletes: [missing] })).rejects.toMatchObject(conflict)
      await authorizer.write({ writes: [anne], onDuplicate: "ignore" })
      await authorizer.write({ deletes: [missing], onMissing: "ignore" })
      const refused = tuple("group:a", "owner", "document:1")
      await expect(authorizer.write({ writes: [refused] })).rejects.toMatchObject({
        code: "openfga.tuple_refused",
      })
      await authorizer.write({ deletes: [anne] })
      expect(await authorizer.check({ ...question, consistency: "higher_consistency" })).toEqual({
        allowed: false,
      })
    } finally {
      await authorizer.close()
    }
  })

  test("read brings every tuple, over as many pages as there are, and only what matches", async () => {
    const authorizer = await prepare()
    try {
      const many = Array.from({ length: 250 }, (_, index) =>
        tuple(`user:${index}`, "owner", `document:${index % 2}`),
      )
      for (let start = 0; start < many.length; start += 100)
        await authorizer.write({ writes: many.slice(start, start + 100) })
      const show = ({ user, object }: RelationshipTuple) => `${object} ${user}`
      const all = (await collect(authorizer.read())).map(show)
      expect(all.sort()).toEqual(many.map(show).sort())
      const odd = await collect(authorizer.read({ object: "document:1", relation: "owner" }))
      expect(odd).toHaveLength(125)
      const one = await collect(authorizer.read({ object: "document:", user: "user:7" }))
      expect(one).toEqual([tuple("user:7", "owner", "document:1")])
      let seen = 0
      for await (const _ of authorizer.read()) if (++seen === 3) break
      expect(seen).toBe(3)
    } finally {
      await authorizer.close()
    }
  })

  test("listObjects is complete below the wire's limit, and says so at it", async () => {
    const authorizer = await prepare()
    try {
      const keys = Array.from({ length: 1_000 }, (_, index) =>
        tuple("user:anne", "owner", `document:${index}`),
      )
      for (let start = 0; start < keys.length; start += 100)
        await authorizer.write({ writes: keys.slice(start, start + 100) })
      const list = { user: "user:anne", relation: "owner", type: "document" }
      const consistency = "higher_consistency" as const
      expect((await authorizer.listObjects({ ...list, consistency })).complete).toBe(false)
      await authorizer.write({ deletes: keys.slice(0, 90) })
      const { objects, complete } = await authorizer.listObjects({ ...list, consistency })
      expect([new Set(objects).size, complete]).toEqual([910, true])
    } finally {
      await authorizer.close()
    }
  })

  test("explain gives the path of an allow, and for a denial a change after which check allows", async () => {
    const authorizer = await prepare()
    try {
      const way = [
        tuple("folder:1", "parent", "document:2"),
        tuple("group:outer#member", "viewer", "folder:1"),
        tuple("group:inner#member", "member", "group:outer"),
      ]
      await authorizer.write({ writes: way })
      const member = tuple("user:bea", "member", "group:inner")
      const asked = { user: "user:bea", relation: "viewer", object: "document:2" }
      const allow = await authorizer.explain({ ...asked, contextualTuples: [member] })
      const steps = (allow.path ?? []).flatMap((step) => (step.kind === "tuple" ? [step] : []))
      expect(allow.allowed).toBe(true)
      expect(steps.map((step) => step.tuple)).toEqual([...way, member])
      expect(steps.map(({ contextual }) => contextual)).toEqual([false, false, false, true])

      const denial = await authorizer.explain(asked)
      expect(denial).toMatchObject({ allowed: false, tree: { outcome: "false" } })
      expect(denial.suggestions.length).toBeGreaterThan(0)
      for (const { add, remove } of denial.suggestions) {
        await authorizer.write({ writes: add, deletes: remove })
        expect(await authorizer.check({ ...asked, consistency: "higher_consistency" })).toEqual({
          allowed: true,
        })
        await authorizer.write({ writes: remove, deletes: add })
      }
    } finally {
      await authorizer.close()
    }
  })

  test("an explanation that would read too much is refused", async () => {
    const authorizer = await prepare()
    try {
      const many = Array.from({ length: 2_001 }, (_, index) => tuple(`user:${index}`, "owner", "document:1"))
      for (let start = 0; start < many.length; start += 100)
        await authorizer.write({ writes: many.slice(start, start + 100) })
      await expect(authorizer.explain(question)).rejects.toMatchObject({
        code: "openfga.explanation_too_large",
      })
    } finally {
      await authorizer.close()
    }
  })

  test("a question that the model does not know is refused, never answered", async () => {
    const authorizer = await prepare()
    try {
      for (const wrong of [
        { ...question, relation: "nope" },
        { ...question, object: "nope:1" },
        { ...question, user: "nope:1" },
        { ...question, contextualTuples: [tuple("group:a", "owner", "document:1")] },
      ]) {
        await expect(authorizer.check(wrong)).rejects.toMatchObject({ code: "openfga.query_refused" })
        await expect(authorizer.batchCheck([question, wrong])).rejects.toMatchObject({
          code: "openfga.query_refused",
        })
      }
      const list = { user: "user:anne", relation: "viewer", type: "nope" }
      await expect(authorizer.listObjects(list)).rejects.toMatchObject({ code: "openfga.query_refused" })
    } finally {
      await authorizer.close()
    }
  })

  test("an unknown store, an unknown model and a wrong credential are no decision", async () => {
    const ids = await ensureStore({ ...options(), name: newName(), model: contractModel })
    const wrong = [
      { ...options(), ...ids, storeId: unknownId },
      { ...options(), ...ids, modelId: unknownId },
      { ...options(), ...ids, credential: new Secret("wrong") },
      { url: target().url, ...ids },
    ]
    for (const each of wrong) {
      const authorizer = createRemoteAuthorizer(each)
      try {
        await expect(authorizer.check(question)).rejects.toMatchObject({ code: "authz.unavailable" })
        expect(await authorizer.health()).toMatchObject({ status: "failed" })
      } finally {
        await authorizer.close()
      }
    }
    const right = createRemoteAuthorizer({ ...options(), ...ids })
    expect(await right.health()).toEqual({ status: "ok" })
    await right.close()
  })
}
