import { expect, test } from "vitest"
import { type ContractTarget, createWire, unknownId, type Wire } from "./wire.ts"

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$/

/** Stores and the HTTP shell around them. */
export function storesContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())

  test("a store is created, shown and listed in the wire's form, and gone after its deletion", async () => {
    const created = await wire().post("/stores", { name: "A store & more" })
    expect(created.status).toBe(201)
    const { id } = created.body as { id: string }
    expect(created.body).toEqual({
      id: expect.stringMatching(ulid),
      name: "A store & more",
      created_at: expect.stringMatching(timestamp),
      updated_at: expect.stringMatching(timestamp),
    })
    const shown = await wire().get(`/stores/${id}`)
    expect(shown).toMatchObject({ status: 200, body: { ...(created.body as object), deleted_at: null } })
    expect(await wire().delete(`/stores/${id}`)).toMatchObject({ status: 204, body: "" })
    const gone = await wire().get(`/stores/${id}`)
    expect(gone).toMatchObject({
      status: 404,
      body: { code: "store_id_not_found", message: "Store ID not found" },
    })
  })

  test("the list of stores is paged by a token, filtered by the exact name, and leaves out deleted ones", async () => {
    const name = `paged ${Math.random().toString(36).slice(2)}`
    const ids: string[] = []
    for (let index = 0; index < 5; index++)
      ids.push(((await wire().post("/stores", { name })).body as { id: string }).id)
    await wire().delete(`/stores/${ids[2]}`)
    const seen: string[] = []
    let token = ""
    do {
      const page = await wire().get(
        `/stores?name=${encodeURIComponent(name)}&page_size=2&continuation_token=${encodeURIComponent(token)}`,
      )
      const body = page.body as { stores: { id: string }[]; continuation_token: string }
      expect(body.stores.length).toBeLessThanOrEqual(2)
      seen.push(...body.stores.map((store) => store.id))
      token = body.continuation_token
    } while (token !== "")
    expect(seen).toEqual(ids.filter((_, index) => index !== 2))
    const upper = await wire().get(`/stores?name=${encodeURIComponent(name.toUpperCase())}`)
    expect(upper.body).toEqual({ stores: [], continuation_token: "" })
  })

  test("deleting an unknown store is 204, a malformed id 400", async () => {
    expect((await wire().delete(`/stores/${unknownId}`)).status).toBe(204)
    for (const id of ["xyz", unknownId.toLowerCase(), `${unknownId}0`]) {
      expect(await wire().get(`/stores/${id}`)).toMatchObject({
        status: 400,
        body: { code: "validation_error" },
      })
    }
  })

  test.each([
    ["a name that is too short", { name: "ab" }, "validation_error"],
    ["a name that is too long", { name: "x".repeat(65) }, "validation_error"],
    ["a name with other characters", { name: "a<b>c" }, "validation_error"],
    ["a name that is no text", { name: 5 }, "validation_error"],
    ["no name", {}, "validation_error"],
    ["a list for a body", [], "validation_error"],
  ])("%s is refused", async (_, body, code) => {
    expect(await wire().post("/stores", body)).toMatchObject({ status: 400, body: { code } })
  })

  test.each([
    ["page_size=0", "page_size_invalid"],
    ["page_size=101", "page_size_invalid"],
    ["page_size=abc", "validation_error"],
    ["continuation_token=a.b", "validation_error"],
    ["name=x", "validation_error"],
    ["page_size=1&page_size=1", "validation_error"],
    ["page_size=", "validation_error"],
  ])("the list of stores refuses ?%s", async (query, code) => {
    expect(await wire().get(`/stores?${query}`)).toMatchObject({ status: 400, body: { code } })
  })

  test("an unknown path and a wrong method are 404, with a code each", async () => {
    expect(await wire().get("/nope")).toMatchObject({
      status: 404,
      body: { code: "undefined_endpoint", message: "Not Found" },
    })
    expect(await wire().put("/stores", {})).toMatchObject({
      status: 404,
      body: { code: "unimplemented", message: "Method Not Allowed" },
    })
    expect(await wire().get(`/stores/${unknownId}/check`)).toMatchObject({
      status: 404,
      body: { code: "unimplemented" },
    })
    expect(await wire().post("/healthz", {})).toMatchObject({ status: 404, body: { code: "unimplemented" } })
  })

  test("HEAD is no method of any path: 404 without a body", async () => {
    for (const path of ["/healthz", "/stores", `/stores/${unknownId}`, "/nope"])
      expect(await wire().raw("HEAD", path, undefined)).toMatchObject({ status: 404, body: "" })
  })

  test("a store is named in the header of every answer about it, refusals included", async () => {
    const headerOf = async (answer: ReturnType<Wire["get"]>) => (await answer).headers.get("openfga-store-id")
    const at = (operation: string) => `/stores/${unknownId}${operation}`
    expect(await headerOf(wire().get(at("")))).toBe(unknownId)
    expect(await headerOf(wire().get(at("/changes?page_size=0")))).toBe(unknownId)
    expect(await headerOf(wire().post(at("/check"), {}))).toBe(unknownId)
    expect(await headerOf(wire().delete(at("")))).toBe(unknownId)
    expect(await headerOf(wire().get("/stores?page_size=1"))).toBeNull()
  })

  test("a slash at the end is an empty segment", async () => {
    expect(await wire().get("/stores/")).toMatchObject({ status: 400, body: { code: "validation_error" } })
    expect(await wire().get(`/stores/${unknownId}/`)).toMatchObject({
      status: 404,
      body: { code: "undefined_endpoint" },
    })
  })

  test("two members with one name are refused, also inside a context", async () => {
    const refused = { status: 400, body: { code: "validation_error" } }
    expect(await wire().raw("POST", "/stores", '{"name":"abc","name":"abc"}')).toMatchObject(refused)
    const question = '"tuple_key":{"user":"user:a","relation":"owner","object":"document:1"}'
    for (const rest of ['"context":{"a":1,"a":2}', '"consistency":"UNSPECIFIED","consistency":"UNSPECIFIED"'])
      expect(await wire().raw("POST", `/stores/${unknownId}/check`, `{${question},${rest}}`)).toMatchObject(
        refused,
      )
  })

  test("every operation demands the credential, and says which kind of mistake it was", async () => {
    const missing = { code: "bearer_token_missing", message: "missing bearer token" }
    const wrong = { code: "unauthenticated", message: "unauthenticated" }
    const { url, credential } = target()
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/stores`, { headers })
      return { status: response.status, body: await response.json() }
    }
    expect(await ask({})).toEqual({ status: 401, body: missing })
    expect(await ask({ authorization: `Basic ${credential}` })).toEqual({ status: 401, body: missing })
    expect(await ask({ authorization: "Bearer wrong" })).toEqual({ status: 401, body: wrong })
    expect(await ask({ authorization: `Bearer ${credential}x` })).toEqual({ status: 401, body: wrong })
    expect(await ask({ authorization: `Bearer ${credential.slice(0, -1)}` })).toEqual({
      status: 401,
      body: wrong,
    })
    expect((await ask({ authorization: `bearer ${credential}` })).status).toBe(200)
    const post = await fetch(`${url}/stores/${unknownId}/check`, {
      method: "POST",
      body: JSON.stringify({ tuple_key: { user: "user:a", relation: "owner", object: "document:1" } }),
    })
    expect(post.status).toBe(401)
  })

  test("/healthz answers without a credential", async () => {
    const response = await fetch(`${target().url}/healthz`)
    expect([response.status, await response.json()]).toEqual([200, { status: "SERVING" }])
  })

  test("broken JSON is 400, an empty body an empty message, and the content type does not count", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" }
    expect(await wire().raw("POST", "/stores", '{"name":"abc"', form)).toMatchObject({
      status: 400,
      body: { code: "validation_error", message: "malformed JSON" },
    })
    expect((await wire().raw("POST", "/stores", '{"name":"any type"}', form)).status).toBe(201)
    expect(
      (await wire().raw("POST", "/stores", '{"name":"text"}', { "content-type": "text/plain" })).status,
    ).toBe(201)
    expect(await wire().raw("POST", "/stores", undefined)).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
    expect((await wire().post("/stores", { name: "unknown members", other: { x: 1 } })).status).toBe(201)
  })

  test("bytes that are no UTF-8 and lone surrogates are refused: two ids must never become one", async () => {
    const bytes = new Uint8Array([...Buffer.from('{"name":"ab'), 0xff, ...Buffer.from('"}')])
    expect(await wire().raw("POST", "/stores", bytes)).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
    expect(await wire().raw("POST", "/stores", '{"name":"ab\\ud800"}')).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
  })

  test("a body over the limit is 500 resource_exhausted, and the server goes on", async () => {
    const answer = await wire()
      .raw("POST", "/stores", JSON.stringify({ name: "x".repeat(700_000) }))
      .catch(() => undefined)
    expect(answer).toMatchObject({ status: 500, body: { code: "resource_exhausted" } })
    expect((await wire().get("/stores?page_size=1")).status).toBe(200)
  })
}
