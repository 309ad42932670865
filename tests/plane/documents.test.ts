import type { DemoOrganization } from "@gatehouse/server"
import { beforeAll, expect, inject, test } from "vitest"
import { ask } from "../support/http.ts"
import { login } from "../support/login.ts"

/** Documents on their whole way: edge, service, organization's database, on the shared plane. */
const { demo } = inject("plane")
const acme = demo.organizations.acme as DemoOrganization

let token: string
beforeAll(async () => {
  token = (await login({ issuer: acme.issuer, ...acme.users.developer })).access_token
})

const upload = (body: string | Buffer, headers: Record<string, string> = {}) =>
  ask(`${acme.url}/v1/sboms`, {
    method: "POST",
    token,
    headers: { "content-type": "application/json", "x-project-id": acme.project.id, ...headers },
    body,
  })

const document = (components: object[]) =>
  JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components })
const library = (name: string, description = "") => ({
  type: "library",
  name,
  version: "1",
  description,
  purl: `pkg:npm/${name}@1`,
})
const codeOf = (json: unknown) => (json as { code?: string } | undefined)?.code

test("a document of 28 MiB passes the edge, is kept byte for byte, and is found", {
  timeout: 120_000,
}, async () => {
  const body = document(
    Array.from({ length: 26_000 }, (_, index) => library(`large-${index}`, "x".repeat(1_000))),
  )
  expect(body.length).toBeGreaterThan(28_000_000)
  const created = await upload(body)
  expect(created.status).toBe(201)
  const { id, component_count } = created.json as { id: string; component_count: number }
  expect(component_count).toBe(26_000)
  expect(created.headers.location).toBe(`/v1/sboms/${id}`)
  const kept = await ask(`${acme.url}/v1/sboms/${id}/document`, { token })
  expect(kept.text === body).toBe(true)
  const found = await ask(`${acme.url}/v1/projects/${acme.project.id}/components?purl=pkg:npm/large-25999`, {
    token,
  })
  expect((found.json as { items: unknown[] }).items).toHaveLength(1)
})

test("what is no document is refused by name at the edge or behind it, and the next one is taken", {
  timeout: 60_000,
}, async () => {
  const refusals: [string | Buffer, number, string][] = [
    ["{", 400, "request.invalid_json"],
    ["{}", 422, "sbom.not_an_sbom"],
    ['{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}', 422, "sbom.duplicate_key"],
    [`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, 422, "sbom.too_deep"],
    [document(Array(50_001).fill({})), 422, "sbom.too_many_components"],
  ]
  for (const [body, status, code] of refusals) {
    const answer = await upload(body)
    expect([answer.status, codeOf(answer.json)]).toEqual([status, code])
  }
  expect((await upload(document([library("after")]))).status).toBe(201)
})

test("more than 32 MiB is refused at the edge, announced or not", { timeout: 60_000 }, async () => {
  const tooLarge = Buffer.alloc(32 * 1024 * 1024 + 1, " ")
  const answer = await upload(tooLarge).catch(() => undefined)
  // The edge may close before the client has sent all; a client that reads gets the reason.
  if (answer) expect([answer.status, codeOf(answer.json)]).toEqual([413, "request.too_large"])
  expect((await upload(document([library("after")]))).status).toBe(201)
})
