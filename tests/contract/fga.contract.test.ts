import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import {
  startTestEngine,
  type TestEngine,
} from "../../engines/authorization/src/testing/start-test-engine.ts"
import { serverBinary } from "../../tools/servers/server-binary.ts"
import { type FgaTarget, runFga } from "../support/run-fga.ts"

const model = `model
  schema 1.1

type user

type group
  relations
    define member: [user]

type document
  relations
    define owner: [user, user with from_office]
    define viewer: [user, user:*, group#member] or owner

condition from_office(network: string) {
  network == "office"
}
`

const storeFile = `name: shop
model_file: ./model.fga
tuples:
  - user: group:staff#member
    relation: viewer
    object: document:9
tests:
  - name: staff
    tuples:
      - user: user:bea
        relation: member
        object: group:staff
    check:
      - user: user:bea
        object: document:9
        assertions: { viewer: true, owner: false }
    list_objects:
      - user: user:bea
        type: document
        assertions: { viewer: ["document:9"] }
    list_users:
      - object: document:9
        user_filter: [{ type: user }]
        assertions: { viewer: { users: ["user:bea"] } }
`

const tuplesFile = `user_type,user_id,user_relation,relation,object_type,object_id
user,carl,,owner,document,4
group,staff,member,viewer,document,4
`

/** What OpenFGA's command line does with a server, the same on both: in order, on one store. */
function describeCommandLine(target: () => FgaTarget): void {
  let home: string
  let store: string
  const fga = (...parameters: string[]) => runFga(target(), home, parameters, store)
  const answer = async (...parameters: string[]) => {
    const { code, output, errors } = await fga(...parameters)
    expect({ code, errors: code === 0 ? "" : errors }).toEqual({ code: 0, errors: "" })
    return output
  }

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "gatehouse-fga-"))
    await writeFile(join(home, "model.fga"), model)
    await writeFile(join(home, "shop.fga.yaml"), storeFile)
    await writeFile(join(home, "tuples.csv"), tuplesFile)
    const created = await runFga(target(), home, [
      "store",
      "create",
      "--name",
      "shop",
      "--model",
      "model.fga",
    ])
    store = (created.output as { store: { id: string } }).store.id
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  test("stores and models are made, shown and listed", async () => {
    expect(await answer("store", "get")).toMatchObject({ id: store, name: "shop" })
    const { stores } = (await answer("store", "list")) as { stores: { id: string }[] }
    expect(stores.map(({ id }) => id)).toContain(store)
    expect(await answer("model", "list")).toMatchObject({ authorization_models: [expect.anything()] })
    expect(String(await answer("model", "get")).trim()).toBe(model.trim())
    expect(await answer("model", "write", "--file", "model.fga")).toHaveProperty("authorization_model_id")
  })

  test("tuples are written, one and from a file, read, and seen in the changes; a second time is refused", async () => {
    const anne = { user: "user:anne", relation: "owner", object: "document:1" }
    expect(await answer("tuple", "write", "user:anne", "owner", "document:1")).toEqual({ successful: [anne] })
    const again = await fga("tuple", "write", "user:anne", "owner", "document:1")
    expect(again.code).toBe(1)
    expect(again.errors).toContain("write_failed_due_to_invalid_input")
    await answer("tuple", "write", "user:*", "viewer", "document:2")
    const condition = ["--condition-name", "from_office", "--condition-context", '{"network":"office"}']
    await answer("tuple", "write", "user:eve", "owner", "document:3", ...condition)
    await answer("tuple", "write", "--file", "tuples.csv")
    const read = (await answer("tuple", "read")) as { tuples: { key: object }[] }
    expect(read.tuples.map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        anne,
        {
          user: "user:eve",
          relation: "owner",
          object: "document:3",
          condition: { name: "from_office", context: { network: "office" } },
        },
        { user: "group:staff#member", relation: "viewer", object: "document:4" },
      ]),
    )
    expect(read.tuples).toHaveLength(5)
    const { changes } = (await answer("tuple", "changes")) as { changes: { operation: string }[] }
    expect(changes.map(({ operation }) => operation)).toEqual(Array(5).fill("TUPLE_OPERATION_WRITE"))
    await answer("tuple", "delete", "user:carl", "owner", "document:4")
    const gone = await answer("query", "check", "user:carl", "owner", "document:4")
    expect(gone).toMatchObject({ allowed: false })
  })

  test("questions: check, with contexts and contextual tuples, lists, relations, expand", async () => {
    const check = async (...question: string[]) =>
      ((await answer("query", "check", ...question)) as { allowed: boolean }).allowed
    expect(await check("user:anne", "viewer", "document:1")).toBe(true)
    expect(await check("user:bob", "viewer", "document:1")).toBe(false)
    const member = ["--contextual-tuple", "user:bob viewer document:1"]
    expect(await check("user:bob", "viewer", "document:1", ...member)).toBe(true)
    expect(await check("user:eve", "owner", "document:3")).toBe(true)
    const conditional = `user:dan owner document:3 {"name":"from_office"}`
    for (const [network, allowed] of [
      ["office", true],
      ["home", false],
    ] as const) {
      const context = ["--contextual-tuple", conditional, "--context", JSON.stringify({ network })]
      expect(await check("user:dan", "owner", "document:3", ...context)).toBe(allowed)
    }
    const objects = (await answer("query", "list-objects", "user:anne", "viewer", "document")) as {
      objects: string[]
    }
    expect(objects.objects.sort()).toEqual(["document:1", "document:2"])
    const { relations } = (await answer("query", "list-relations", "user:anne", "document:1")) as {
      relations: string[]
    }
    expect(relations.sort()).toEqual(["owner", "viewer"])
    const users = ["--object", "document:1", "--relation", "viewer", "--user-filter", "user"]
    expect(await answer("query", "list-users", ...users)).toEqual({
      users: [{ object: { type: "user", id: "anne" } }],
    })
    expect(await answer("query", "expand", "owner", "document:1")).toEqual({
      tree: { root: { name: "document:1#owner", leaf: { users: { users: ["user:anne"] } } } },
    })
    const unknown = await fga("query", "check", "user:anne", "nope", "document:1")
    expect(unknown.code).toBe(1)
    expect(unknown.errors).toContain("validation_error")
  })

  test("a store file is imported, its tests pass on the server, and the store is exported and deleted", async () => {
    await answer("store", "import", "--file", "shop.fga.yaml")
    const tested = await fga("model", "test", "--tests", "shop.fga.yaml", "--store-id", store)
    expect([tested.code, tested.errors]).toEqual([0, expect.stringContaining("Tests 1/1 passing")])
    await writeFile(join(home, "wrong.fga.yaml"), storeFile.replace("viewer: true", "viewer: false"))
    const failed = await fga("model", "test", "--tests", "wrong.fga.yaml", "--store-id", store)
    expect([failed.code, failed.errors]).toEqual([1, expect.stringContaining("Checks 1/2 passing")])
    const exported = String(await answer("store", "export"))
    expect(exported).toContain("name: shop")
    expect(exported).toContain("user: group:staff#member")
    await answer("store", "delete", "--force")
    expect((await fga("store", "get")).errors).toContain("store_id_not_found")
  })
}

describe.skipIf(!existsSync(serverBinary("fga")))("OpenFGA's own command line", () => {
  let engine: TestEngine
  beforeAll(async () => {
    engine = await startTestEngine()
  })
  afterAll(() => engine.close())

  describe("works on the embedded engine, unchanged", () => describeCommandLine(() => engine))
  describe("works on the real OpenFGA alike", () => describeCommandLine(() => inject("openfga")))
})
