import type { OrganizationId } from "@gatehouse/contracts"
import { expect, test } from "vitest"
import { realmTemplate, toRealmRepresentation } from "./realm-template.ts"

const acme = {
  organization: "acme" as OrganizationId,
  displayName: "Acme",
  organizationUrl: "http://acme.localhost:8080",
}

test("no client has implicit or password grants, and every public one demands PKCE with S256", () => {
  const { clients } = realmTemplate(acme)
  expect(clients.map(({ clientId }) => clientId)).toEqual([
    "gatehouse-portal",
    "gatehouse-cli",
    "gatehouse-api",
  ])
  for (const client of clients) {
    expect(client).toMatchObject({ implicitFlowEnabled: false, directAccessGrantsEnabled: false })
    expect(client.attributes["pkce.code.challenge.method"]).toBe(client.publicClient ? "S256" : undefined)
    expect(client.publicClient).toBe(!client.serviceAccountsEnabled)
  }
})

test("every client has the audience, full group paths and the organization twice, in the access token", () => {
  for (const { protocolMappers } of realmTemplate(acme).clients) {
    expect(protocolMappers.map(({ name }) => name)).toEqual(["audience", "groups", "org_id", "tenant_id"])
    for (const { config } of protocolMappers) expect(config["access.token.claim"]).toBe("true")
    expect(protocolMappers[0]?.config).toMatchObject({ "included.client.audience": "gatehouse-api" })
    expect(protocolMappers[1]?.config).toMatchObject({ "claim.name": "groups", "full.path": "true" })
    expect(protocolMappers[2]?.config).toMatchObject({ "claim.name": "org_id", "claim.value": "acme" })
  }
})

test("redirects go to the organization's own address, the portal's development server, and any port of 127.0.0.1", () => {
  const [portal, cli, api] = realmTemplate(acme).clients
  expect(portal?.redirectUris).toEqual(["http://acme.localhost:8080/*", "http://localhost:3000/*"])
  expect(portal?.webOrigins).toEqual(["http://acme.localhost:8080", "http://localhost:3000"])
  expect(cli?.redirectUris).toEqual(["http://127.0.0.1/*"])
  expect([api?.redirectUris, api?.webOrigins]).toEqual([[], []])
})

test("every client tells of the end of sessions, those above all through which users sign in", () => {
  const url = "http://127.0.0.1:1/internal/backchannel-logout/acme"
  for (const { attributes } of realmTemplate({ ...acme, backchannelLogoutUrl: url }).clients)
    expect(attributes).toMatchObject({
      "backchannel.logout.url": url,
      "backchannel.logout.session.required": "true",
    })
  for (const { attributes } of realmTemplate(acme).clients)
    expect(attributes).not.toHaveProperty(["backchannel.logout.url"])
})

test("the platform's realm alone has the role of its administrators", () => {
  expect(realmTemplate(acme).realmRoles).toEqual(["tenant-admin", "developer", "viewer"])
  const platform = realmTemplate({ ...acme, organization: "platform" as OrganizationId, isPlatform: true })
  expect(platform.realmRoles).toEqual(["tenant-admin", "developer", "viewer", "platform-admin"])
})

test("lifetimes are PRODUCT's unless said otherwise, and a rotated refresh token works once", () => {
  expect(realmTemplate(acme).settings).toMatchObject({
    accessTokenLifespan: 300,
    ssoSessionIdleTimeout: 1800,
    ssoSessionMaxLifespan: 28_800,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
  })
  expect(realmTemplate({ ...acme, lifetimes: { accessTokenLifespan: 60 } }).settings).toMatchObject({
    accessTokenLifespan: 60,
    ssoSessionIdleTimeout: 1800,
  })
})

test("the representation names groups and roles as an import takes them", () => {
  expect(
    toRealmRepresentation(
      realmTemplate({
        ...acme,
        realm: "tenant-acme",
        backchannelLogoutUrl: "http://acme.localhost:8080/logout",
      }),
    ),
  ).toMatchObject({
    realm: "tenant-acme",
    enabled: true,
    groups: [
      { name: "org-owners", path: "/org-owners" },
      { name: "org-admins" },
      { name: "org-members" },
      { name: "projects" },
    ],
    roles: { realm: [{ name: "tenant-admin" }, { name: "developer" }, { name: "viewer" }] },
    clients: [{}, {}, { attributes: { "backchannel.logout.url": "http://acme.localhost:8080/logout" } }],
  })
})
