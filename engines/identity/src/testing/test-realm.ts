/** Mappers that put Gatehouse's claims on a client, as the realm template does. */
const claimMappers = (realm: string) => [
  mapper("audience", "oidc-audience-mapper", { "included.custom.audience": "gatehouse-api" }),
  mapper("groups", "oidc-group-membership-mapper", { "claim.name": "groups", "full.path": "true" }),
  ...["org_id", "tenant_id"].map((name) =>
    mapper(name, "oidc-hardcoded-claim-mapper", {
      "claim.name": name,
      "claim.value": realm,
      "jsonType.label": "String",
    }),
  ),
]

function mapper(name: string, protocolMapper: string, config: Record<string, string>) {
  const everywhere = {
    "access.token.claim": "true",
    "id.token.claim": "true",
    "userinfo.token.claim": "true",
  }
  return { name, protocol: "openid-connect", protocolMapper, config: { ...config, ...everywhere } }
}

/** Where the tests' relying party waits; nothing listens there, redirects are read and not followed. */
export const redirectUri = "http://127.0.0.1:49152/callback"
/** The password of every test user. */
export const password = "correct horse battery staple"

/** A realm as `POST /admin/realms` takes it: a public client, a confidential one, two users, groups and roles. */
export function testRealm(name: string, more: Record<string, unknown> = {}) {
  const credentials = [{ type: "password", value: password, temporary: false }]
  return {
    realm: name,
    enabled: true,
    displayName: `The ${name} company`,
    accessTokenLifespan: 300,
    ssoSessionIdleTimeout: 1800,
    ssoSessionMaxLifespan: 28_800,
    revokeRefreshToken: true,
    bruteForceProtected: true,
    failureFactor: 5,
    roles: { realm: [{ name: "developer" }, { name: "tenant-admin" }] },
    groups: [{ name: "org-members" }, { name: "projects", subGroups: [{ name: "one" }] }],
    clients: [
      {
        clientId: "portal",
        name: "Portal",
        enabled: true,
        publicClient: true,
        standardFlowEnabled: true,
        redirectUris: ["http://127.0.0.1/callback", "http://localhost:3000/*"],
        webOrigins: ["http://localhost:3000"],
        attributes: {
          "pkce.code.challenge.method": "S256",
          "post.logout.redirect.uris": "http://localhost:3000/*##http://127.0.0.1/bye",
        },
        protocolMappers: claimMappers(name),
      },
      {
        clientId: "gatehouse-api",
        enabled: true,
        publicClient: false,
        secret: `secret-of-${name}-0123456789abcdef`,
        standardFlowEnabled: true,
        serviceAccountsEnabled: true,
        redirectUris: ["http://127.0.0.1/callback"],
        protocolMappers: claimMappers(name),
      },
    ],
    users: ["ada", "grace"].map((username) => ({
      username,
      email: `${username}@${name}.example`,
      emailVerified: true,
      firstName: username === "ada" ? "Ada" : "Grace",
      lastName: username === "ada" ? "Lovelace" : "Hopper",
      enabled: true,
      credentials,
      groups: ["/org-members", "/projects/one"],
      realmRoles: ["developer"],
    })),
    ...more,
  }
}

/** The secret of `gatehouse-api` in a test realm. */
export function clientSecretOf(realm: string): string {
  return `secret-of-${realm}-0123456789abcdef`
}
