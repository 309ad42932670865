import { describe, expect, test } from "vitest"
import type { Client, ProtocolMapper, User } from "../store/types.ts"
import { audienceClaim } from "./claim-set.ts"
import { collectClaims } from "./collect-claims.ts"
import type { ClaimUse, MapperContext } from "./mapper-context.ts"

const everywhere = { "access.token.claim": "true", "id.token.claim": "true", "userinfo.token.claim": "true" }
let count = 0
const mapper = (protocolMapper: string, config: Record<string, string>): ProtocolMapper => ({
  id: String(count++),
  name: String(count),
  protocol: "openid-connect",
  protocolMapper,
  config: { ...everywhere, ...config },
})

const user: User = {
  id: "6f1d0f0e-0000-4000-8000-000000000001",
  realmId: "realm",
  username: "ada",
  email: "ada@acme.example",
  emailVerified: true,
  firstName: "Ada",
  lastName: "Lovelace",
  enabled: true,
  createdTimestamp: 1,
  notBefore: 0,
  attributes: { team: ["red", "blue"], level: ["7"], broken: ["x"], emailVerified: ["true"] },
  requiredActions: [],
  serviceAccountClient: undefined,
}

const collect = (
  mappers: readonly ProtocolMapper[],
  {
    use = "access",
    clientId = "portal",
    ...more
  }: { use?: ClaimUse; clientId?: string } & Partial<MapperContext> = {},
) => {
  const context: MapperContext = {
    client: {
      clientId,
      protocolMappers: [],
      webOrigins: ["https://app.example", "*", "+"],
      redirectUris: ["https://other.example/*"],
      rootUrl: undefined,
    } as Partial<Client> as Client,
    user,
    notes: { AUTH_TIME: "1700000000", client_id: "portal" },
    acr: "1",
    groupPaths: async () => ["/org-owners", "/projects/one"],
    roles: async () => ({ realm: ["developer"], clients: { portal: ["p"], "a.b": ["r"] } }),
    ...more,
  }
  return collectClaims(use, [{ protocolMappers: mappers }], context)
}
const claim = (name: string, more: Record<string, string> = {}) => ({ "claim.name": name, ...more })

describe("Keycloak's mappers", () => {
  test("write what their settings say", async () => {
    const { claims } = await collect([
      mapper("oidc-group-membership-mapper", claim("groups", { "full.path": "true" })),
      mapper("oidc-group-membership-mapper", claim("short", { "full.path": "false" })),
      mapper("oidc-hardcoded-claim-mapper", claim("org_id", { "claim.value": "acme" })),
      mapper("oidc-hardcoded-claim-mapper", claim("n", { "claim.value": "7", "jsonType.label": "int" })),
      mapper(
        "oidc-hardcoded-claim-mapper",
        claim("j", { "claim.value": '{"a":[1]}', "jsonType.label": "JSON" }),
      ),
      mapper("oidc-usermodel-realm-role-mapper", claim("realm_access.roles")),
      mapper(
        "oidc-usermodel-property-mapper",
        claim("v", { "user.attribute": "emailVerified", "jsonType.label": "boolean" }),
      ),
      mapper(
        "oidc-usermodel-attribute-mapper",
        claim("team", { "user.attribute": "team", multivalued: "true" }),
      ),
      mapper("oidc-usermodel-attribute-mapper", claim("first", { "user.attribute": "team" })),
      mapper(
        "oidc-usermodel-attribute-mapper",
        claim("level", { "user.attribute": "level", "jsonType.label": "long" }),
      ),
      mapper(
        "oidc-usermodel-attribute-mapper",
        claim("broken", { "user.attribute": "broken", "jsonType.label": "int" }),
      ),
      mapper("oidc-usermodel-attribute-mapper", claim("name", { "user.attribute": "username" })),
      mapper(
        "oidc-usersessionmodel-note-mapper",
        claim("auth_time", { "user.session.note": "AUTH_TIME", "jsonType.label": "long" }),
      ),
      mapper("oidc-full-name-mapper", {}),
      mapper("oidc-allowed-origins-mapper", {}),
      mapper("oidc-acr-mapper", {}),
    ])
    expect(claims).toEqual({
      groups: ["/org-owners", "/projects/one"],
      short: ["org-owners", "one"],
      org_id: "acme",
      n: 7,
      j: { a: [1] },
      realm_access: { roles: ["developer"] },
      v: true,
      team: ["red", "blue"],
      first: "red",
      level: 7,
      name: "Ada Lovelace",
      auth_time: 1_700_000_000,
      "allowed-origins": ["https://app.example", "https://other.example"],
      acr: "1",
    })
  })

  test("collect audiences: a string when single, an array when several, none when none", async () => {
    const api = mapper("oidc-audience-mapper", { "included.custom.audience": "gatehouse-api" })
    const resolve = mapper("oidc-audience-resolve-mapper", {})
    expect(audienceClaim(await collect([api]))).toBe("gatehouse-api")
    expect(audienceClaim(await collect([api, api, resolve]))).toEqual(["gatehouse-api", "a.b"])
    expect(audienceClaim(await collect([]))).toBeUndefined()
  })

  test("put client roles under the client's id, full stops in it included", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Keycloak's placeholder
    const roles = mapper("oidc-usermodel-client-role-mapper", claim("resource_access.${client_id}.roles"))
    expect((await collect([roles])).claims).toEqual({
      resource_access: { portal: { roles: ["p"] }, "a.b": { roles: ["r"] } },
    })
  })

  test("serve only the tokens that they are set for", async () => {
    const idOnly = mapper("oidc-hardcoded-claim-mapper", {
      ...claim("x", { "claim.value": "1" }),
      "access.token.claim": "false",
      "userinfo.token.claim": "false",
    })
    expect((await collect([idOnly], { use: "id" })).claims).toEqual({ x: "1" })
    for (const use of ["access", "userinfo"] as const)
      expect((await collect([idOnly], { use })).claims).toEqual({})
  })

  test("never write a claim that the engine reserves, nor an object's prototype", async () => {
    const names = [
      "iss",
      "sub",
      "aud",
      "exp",
      "iat",
      "jti",
      "typ",
      "azp",
      "sid",
      "scope",
      "cnf",
      "nonce",
      "act.sub",
    ]
    const mappers = [...names, "__proto__.x", "constructor.x", "a.__proto__.x", ".", "a..b"].map((name) =>
      mapper("oidc-hardcoded-claim-mapper", claim(name, { "claim.value": "forged" })),
    )
    const { claims } = await collect(mappers)
    expect(claims).toEqual({})
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test("that this engine does not have write nothing", async () => {
    expect((await collect([mapper("oidc-script-based-protocol-mapper", claim("x"))])).claims).toEqual({})
    expect((await collect([mapper("constructor", claim("x"))])).claims).toEqual({})
  })
})
