import { type OrganizationId, platformOrganizationId } from "@gatehouse/contracts"
import { createAccessTokenVerifier } from "@gatehouse/tokens"
import { createTestRealm, registryOf, type TestRealm, testAudience } from "@gatehouse/tokens/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { acceptPublicTokens, type RequestVerifier } from "./request-verifier.ts"
import { createTestGateway, testPrincipal } from "./testing/index.ts"

let acme: TestRealm
let platform: TestRealm
let edge: RequestVerifier
const hosts = new Map([
  ["acme.localhost", "acme" as OrganizationId],
  ["globex.localhost", "globex" as OrganizationId],
])
const at = (host: string | undefined) => ({ method: "GET", pathAndQuery: "/v1/me", host })

beforeAll(async () => {
  acme = await createTestRealm({ organization: "acme" })
  platform = await createTestRealm({ organization: platformOrganizationId })
  const tokens = createAccessTokenVerifier({ audience: testAudience, issuers: registryOf(acme, platform) })
  edge = acceptPublicTokens({ tokens, organizationOfHost: (host) => hosts.get(host) })
})
afterAll(() => Promise.all([acme.close(), platform.close()]))

describe("a service at the edge", () => {
  it("takes the organization from the issuer, with or without a host name of its own", async () => {
    const token = await acme.token()
    for (const host of ["acme.localhost", "localhost:8080", undefined]) {
      expect(await edge.verify(token, at(host))).toMatchObject({ home: "acme", organization: "acme" })
    }
  })

  it("answers 404 on another organization's host", async () => {
    await expect(edge.verify(await acme.token(), at("globex.localhost"))).rejects.toMatchObject({
      code: "authz.not_found",
    })
  })

  it("lets a principal of the platform act where the host says, and nowhere without one", async () => {
    const token = await platform.token()
    expect(await edge.verify(token, at("globex.localhost"))).toMatchObject({
      home: "platform",
      organization: "globex",
    })
    expect(await edge.verify(token, at("localhost"))).toMatchObject({
      home: "platform",
      organization: "platform",
    })
  })

  it("refuses the gateway's internal tokens, and a service behind it refuses access tokens", async () => {
    const gateway = createTestGateway("notes")
    const principal = testPrincipal({ home: "acme" as OrganizationId, subject: "ada" })
    const { authorization } = await gateway.headers(principal, "GET", "/v1/me")
    const internal = authorization.slice("Bearer ".length)
    expect(await gateway.verifier.verify(internal, at(undefined))).toMatchObject({ id: principal.id })
    await expect(edge.verify(internal, at(undefined))).rejects.toMatchObject({ status: 401 })
    await expect(gateway.verifier.verify(await acme.token(), at(undefined))).rejects.toMatchObject({
      status: 401,
    })
  })

  it("says by configuration which kind it takes, never by what arrives", () => {
    expect(edge.accepts).toBe("public")
    expect(createTestGateway("notes").verifier.accepts).toBe("internal")
  })
})
