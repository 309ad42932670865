import { type OrganizationId, platformOrganizationId } from "@gatehouse/contracts"
import { expect, test } from "vitest"
import { toPrincipal } from "./to-principal.ts"
import type { VerifiedAccessToken } from "./verified-access-token.ts"

const acme = "acme" as OrganizationId
const globex = "globex" as OrganizationId
const token: VerifiedAccessToken = {
  issuer: "http://localhost:8081/realms/acme",
  organization: acme,
  type: "user",
  subject: "u/1",
  clientId: undefined,
  authorizedParty: "gatehouse-portal",
  tokenId: "t",
  sessionId: "s",
  issuedAtSeconds: 1,
  expiresAtSeconds: 2,
  groups: ["/org-members"],
  realmRoles: ["viewer"],
  scopes: [],
  username: "ada",
  email: undefined,
  name: undefined,
}

test("a user's id carries the realm that vouches for it, encoded", () => {
  expect(toPrincipal(token, acme)).toMatchObject({ id: "user:acme/u%2F1", home: acme, organization: acme })
})

test("a service's id is its client id, not its user's subject", () => {
  const service = { ...token, type: "service" as const, clientId: "importer" }
  expect(toPrincipal(service, acme)).toMatchObject({ id: "service:acme/importer", subject: "importer" })
})

test("a tenant's token never becomes a principal of another organization", () => {
  expect(() => toPrincipal(token, globex)).toThrow(expect.objectContaining({ code: "authz.not_found" }))
  expect(() => toPrincipal(token, platformOrganizationId)).toThrow(
    expect.objectContaining({ code: "authz.not_found" }),
  )
})

test("a principal of the platform realm acts where it is asked to, and keeps its home", () => {
  const operator = { ...token, organization: platformOrganizationId }
  expect(toPrincipal(operator, globex)).toMatchObject({
    id: "user:platform/u%2F1",
    home: platformOrganizationId,
    organization: globex,
  })
})
