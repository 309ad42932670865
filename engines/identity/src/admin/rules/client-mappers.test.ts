import { expect, test } from "vitest"
import { builtInScopes } from "../../store/built-in-scopes.ts"
import { namesOrganization, violationOfMapper } from "./client-mappers.ts"

const mapper = (protocolMapper: string, config: Record<string, string>) => ({
  name: "m",
  protocolMapper,
  config,
})
const hardcoded = (claim: string) =>
  mapper("oidc-hardcoded-claim-mapper", { "claim.name": claim, "claim.value": "x" })
const attribute = (claim: string, source: string) =>
  mapper("oidc-usermodel-attribute-mapper", { "claim.name": claim, "user.attribute": source })

test.each([
  "iss",
  "sub",
  "exp",
  "iat",
  "nbf",
  "aud",
  "jti",
  "azp",
  "sid",
  "typ",
  "act",
  "may_act",
  "cnf",
  "scope",
  "acr",
  "nonce",
  "session_state",
  "sub.x",
  "allowed-origins",
  "phone_number_verified",
  "email_verified",
  "email",
  "email.x",
  "groups",
  "realm_access.roles",
  "resource_access.x.roles",
  "client_id",
  "preferred_username",
  "auth_time",
  "org_id.x",
  "tenant_id.x",
  "__proto__",
  "a.__proto__.b",
  "constructor",
  "prototype.x",
  "",
  ".",
  "a..b",
  ".sub",
])("no fixed value is written into the claim %j", (claim) => {
  expect(violationOfMapper(hardcoded(claim))).toBeDefined()
})

test.each([
  ["org_id", "anything"],
  ["tenant_id", "anything"],
  ["sub", "username"],
  ["email_verified", "emailVerified"],
  ["email", "nickname"],
  ["preferred_username", "nickname"],
  ["groups", "groups"],
  ["client_id", "client"],
])("the claim %s is not taken from the attribute %s", (claim, source) => {
  expect(violationOfMapper(attribute(claim, source))).toBeDefined()
})

test.each([
  ["groups from realm roles", mapper("oidc-usermodel-realm-role-mapper", { "claim.name": "groups" })],
  [
    "groups by short names",
    mapper("oidc-group-membership-mapper", { "claim.name": "groups", "full.path": "false" }),
  ],
  [
    "realm roles from groups",
    mapper("oidc-group-membership-mapper", { "claim.name": "realm_access.roles", "full.path": "true" }),
  ],
  [
    "realm roles with a prefix",
    mapper("oidc-usermodel-realm-role-mapper", {
      "claim.name": "realm_access.roles",
      "usermodel.realmRoleMapping.rolePrefix": "tenant-",
    }),
  ],
  [
    "client roles with a prefix",
    mapper("oidc-usermodel-client-role-mapper", {
      "claim.name": "resource_access.x.roles",
      "usermodel.clientRoleMapping.rolePrefix": "x",
    }),
  ],
  [
    "client roles under the client's own id",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Keycloak's placeholder, which the client's id fills
    mapper("oidc-usermodel-client-role-mapper", { "claim.name": "${client_id}.roles" }),
  ],
  [
    "another note as client_id",
    mapper("oidc-usersessionmodel-note-mapper", { "claim.name": "client_id", "user.session.note": "x" }),
  ],
  ["a script", mapper("oidc-script-based-protocol-mapper", { "claim.name": "x" })],
  ["a hardcoded role", mapper("oidc-hardcoded-role-mapper", { role: "tenant-admin" })],
  ["an unknown mapper", mapper("__proto__", { "claim.name": "x" })],
])("%s is refused", (_name, refused) => {
  expect(violationOfMapper(refused)).toBeDefined()
})

test("claims of one's own, and ours from their own source, are taken", () => {
  for (const taken of [
    hardcoded("tier"),
    hardcoded("app.tier"),
    hardcoded("https://app\\.example/tier"),
    hardcoded("subject"),
    hardcoded("org_id"),
    attribute("department", "department"),
    attribute("email", "email"),
    mapper("oidc-group-membership-mapper", { "claim.name": "groups", "full.path": "true" }),
    mapper("oidc-usermodel-realm-role-mapper", { "claim.name": "realm_access.roles" }),
    mapper("oidc-usermodel-realm-role-mapper", {
      "claim.name": "app_roles",
      "usermodel.realmRoleMapping.rolePrefix": "x-",
    }),
    mapper("oidc-audience-mapper", { "included.client.audience": "gatehouse-api" }),
  ]) {
    expect([taken, violationOfMapper(taken)]).toEqual([taken, undefined])
  }
})

test("every mapper of the built-in scopes holds to the rules, and none names an organization", () => {
  for (const built of builtInScopes.flatMap(({ protocolMappers }) => protocolMappers)) {
    expect([built.name, violationOfMapper(built), namesOrganization(built)]).toEqual([
      built.name,
      undefined,
      false,
    ])
  }
  expect(namesOrganization(hardcoded("tenant_id"))).toBe(true)
})
