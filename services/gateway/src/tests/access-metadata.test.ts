import { afterAll, beforeAll, expect, test } from "vitest"
import { send } from "../testing/send.ts"
import { startTestGateway, type TestGateway } from "../testing/start-test-gateway.ts"

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const path = "/.well-known/authzen-configuration"
const metadataAt = (origin: string) => ({
  policy_decision_point: origin,
  access_evaluation_endpoint: `${origin}/access/v1/evaluation`,
  access_evaluations_endpoint: `${origin}/access/v1/evaluations`,
  search_subject_endpoint: `${origin}/access/v1/search/subject`,
  search_resource_endpoint: `${origin}/access/v1/search/resource`,
  search_action_endpoint: `${origin}/access/v1/search/action`,
})

test("an organization's host tells its own decision point, without a credential, in every canonical spelling", async () => {
  for (const host of ["acme.localhost", "ACME.localhost:8080", "acme.localhost."]) {
    const { status, headers, text } = await send(gateway.port, path, { host })
    expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"])
    expect(JSON.parse(text)).toEqual(metadataAt("http://acme.localhost:8080"))
  }
})

test("a host that names no organization tells the configured address, whatever a client says of it", async () => {
  for (const host of ["localhost:8080", "127.0.0.1:1"]) {
    const { text } = await send(gateway.port, path, { host, headers: { "x-forwarded-host": "evil.example" } })
    expect(JSON.parse(text)).toEqual(metadataAt("http://localhost:8080"))
  }
})

test("an unknown host is 421, another method and another path are 404", async () => {
  expect((await send(gateway.port, path, { host: "unknown.localhost" })).status).toBe(421)
  expect((await send(gateway.port, path, { host: "acme.localhost", method: "POST" })).status).toBe(404)
  expect((await send(gateway.port, `${path}/acme`, { host: "acme.localhost" })).status).toBe(404)
})

test("every endpoint that the metadata names is served, to a credential alone", async () => {
  for (const endpoint of Object.values(metadataAt("")).filter((url) => url !== "")) {
    const { status } = await send(gateway.port, endpoint, { host: "acme.localhost", method: "POST" })
    expect([endpoint, status]).toEqual([endpoint, 401])
    expect((await send(gateway.port, endpoint, { host: "acme.localhost" })).status).toBe(404)
  }
})
