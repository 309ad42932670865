import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send } from "../testing/send.ts"
import { acmeSubjects, startTestGateway, type TestGateway } from "../testing/start-test-gateway.ts"

let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startTestGateway()
  token = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
})
afterAll(() => gateway.close())

const preflight = (origin: string, host = "acme.localhost") =>
  send(gateway.port, "/v1/sboms", {
    method: "OPTIONS",
    host,
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  })

describe("a page of", () => {
  test("the organization's own origin and the developer's portal may call", async () => {
    for (const origin of ["http://acme.localhost:8080", "http://localhost:3000"]) {
      const { status, headers } = await preflight(origin)
      expect([origin, status]).toEqual([origin, 204])
      expect(headers["access-control-allow-origin"]).toBe(origin)
      expect(headers["access-control-allow-headers"]).toContain("authorization")
      expect(headers["access-control-allow-methods"]).toContain("DELETE")
      const answer = await send(gateway.port, "/v1/me", {
        host: "acme.localhost",
        token,
        headers: { origin },
      })
      expect(answer.status).toBe(200)
      expect(answer.headers["access-control-allow-origin"]).toBe(origin)
      const refusal = await send(gateway.port, "/v1/me", { host: "acme.localhost", headers: { origin } })
      expect(refusal.headers["access-control-allow-origin"]).toBe(origin)
    }
  })

  test("any other origin gets no CORS answer, to preflight and request alike", async () => {
    const origins = [
      "http://globex.localhost:8080",
      "http://acme.localhost",
      "https://acme.localhost:8080",
      "http://acme.localhost:8081",
      "http://evil.acme.localhost:8080",
      "http://localhost:3001",
      "http://localhost:3000.evil.example",
      "http://evil.example",
      "null",
      "*",
      "",
    ]
    for (const origin of origins) {
      const asked = await preflight(origin)
      expect([origin, asked.status]).toEqual([origin, 403])
      const answer = await send(gateway.port, "/v1/me", {
        host: "acme.localhost",
        token,
        headers: { origin },
      })
      for (const { headers } of [asked, answer])
        expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toEqual([])
    }
  })

  test("no origin is a wildcard, and no cookie is ever asked for", async () => {
    const { headers } = await preflight("http://acme.localhost:8080")
    expect(headers["access-control-allow-origin"]).not.toBe("*")
    expect(headers["access-control-allow-credentials"]).toBeUndefined()
    expect(headers.vary).toBe("Origin")
  })

  test("an OPTIONS request that is no preflight is an operation that does not exist", async () => {
    expect((await send(gateway.port, "/v1/me", { method: "OPTIONS", token })).code).toBe("request.not_found")
  })
})

describe("the description of the API", () => {
  test("is public, merges the services', and holds only what the gateway forwards", async () => {
    const operation = (summary: string) => ({ get: { summary }, post: { summary } })
    const documents = {
      governance: {
        openapi: "3.1.0",
        paths: {
          "/v1/me": operation("me"),
          "/v1/projects/{id}": operation("project"),
          "/v1/projects/{id}/bindings/{role}/{subject}": { put: { summary: "bind" } },
          "/internal/organizations": operation("directory"),
        },
        components: { schemas: { Problem: { type: "object" }, Me: { type: "object" } } },
      },
      sbom: {
        paths: { "/v1/sboms": operation("documents") },
        components: { schemas: { Problem: { type: "object" }, Sbom: { type: "object" } } },
      },
    }
    for (const name of ["governance", "sbom"] as const)
      gateway[name].answerWith((_, response) => response.end(JSON.stringify(documents[name])))
    const { status, text } = await send(gateway.port, "/v1/openapi.json", { host: "acme.localhost" })
    for (const name of ["governance", "sbom"] as const) gateway[name].answerWith(undefined)
    expect(status).toBe(200)
    const merged = JSON.parse(text)
    expect(merged.openapi).toBe("3.1.0")
    expect(Object.keys(merged.paths).sort()).toEqual([
      "/v1/me",
      "/v1/projects/{id}",
      "/v1/projects/{id}/bindings/{role}/{subject}",
      "/v1/sboms",
    ])
    expect(Object.keys(merged.paths["/v1/me"])).toEqual(["get"])
    expect(Object.keys(merged.paths["/v1/sboms"]).sort()).toEqual(["get", "post"])
    expect(Object.keys(merged.components.schemas).sort()).toEqual(["Me", "Problem", "Sbom"])
    expect(merged.components.securitySchemes.accessToken).toMatchObject({ scheme: "bearer" })
  })

  test("is matched on method and path alone: a query or an encoded mark makes nothing else public", async () => {
    for (const path of [
      "/v1/me?/v1/openapi.json",
      "/v1/me?x=%23/v1/openapi.json",
      "/v1/me%3F/v1/openapi.json",
    ])
      expect([path, [400, 401].includes((await send(gateway.port, path)).status)]).toEqual([path, true])
    expect((await send(gateway.port, "/v1/openapi.json", { method: "POST" })).status).toBe(404)
    expect((await send(gateway.port, "/v1/openapi.json/x")).status).toBe(404)
  })
})
