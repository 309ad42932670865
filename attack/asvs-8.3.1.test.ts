import { describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { login } from "../tests/support/login.ts"
import { createUser } from "./support/admin.ts"
import { modelOf, tuple } from "./support/authorization/decider.ts"
import { createdId, type Member, member } from "./support/organizations.ts"
import { createOwnStore } from "./support/own-store.ts"
import { acme, addressOf } from "./support/plane.ts"
import { claimsOf } from "./support/sign-in.ts"

/** ASVS 8.3.1: nothing that a caller says decides, and what nobody knows is never allowed. */

describe("a caller of the API", () => {
  const write = { permission: "can_write", object: `project:${acme.project.id}` }
  const upload = (by: Member, headers: Readonly<Record<string, string>>) =>
    by.ask("POST", "/v1/sboms", {
      headers: { "x-project-id": acme.project.id, ...headers },
      json: { bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components: [] },
    })

  test("gains nothing by headers, query or body that claim groups, roles or tuples", async () => {
    const viewer = await member(acme, "viewer")
    for (const name of [
      "x-groups",
      "x-forwarded-groups",
      "x-roles",
      "x-user",
      "x-auth-request-groups",
      "x-gatehouse-groups",
      "x-gatehouse-roles",
      "x-gatehouse-permission",
      "x-context",
    ])
      expect((await upload(viewer, { [name]: "/org-owners,tenant-admin,can_write" })).status).toBe(403)
    const claims = "groups=/org-owners&roles=tenant-admin&contextual_tuples=%5B%5D&context=%7B%7D"
    const explained = await viewer.ask("GET", `/v1/explain?${new URLSearchParams(write)}&${claims}`)
    expect(explained.status).toBe(422)
    const { groups, realm_roles: roles } = (await viewer.ask("GET", `/v1/me?${claims}`)).json as {
      readonly groups: readonly string[]
      readonly realm_roles: readonly string[]
    }
    expect(groups).not.toContain("/org-owners")
    expect(roles).not.toContain("tenant-admin")
    const developer = await member(acme, "developer")
    const made = await upload(developer, {})
    await developer.ask("DELETE", `/v1/sboms/${createdId(made)}`)
  })

  test("gains nothing by properties of the account or by scopes that are named like a right", async () => {
    const user = await createUser("acme", {
      firstName: "org-owners",
      lastName: "tenant-admin",
      attributes: {
        groups: ["/org-owners"],
        realm_access: ['{"roles":["tenant-admin"]}'],
        org_id: ["globex"],
        client_id: ["gatehouse-api"],
        roles: ["tenant-admin"],
      },
    })
    const scope = "openid profile roles groups tenant-admin org-owners"
    for (const asked of ["openid", scope]) {
      const tokens = await login({ issuer: acme.issuer, ...user, scope: asked }).catch(() => undefined)
      if (tokens === undefined) {
        expect(asked).toBe(scope)
        continue
      }
      const me = (await ask(`${acme.url}/v1/me`, { token: tokens.access_token })).json as {
        readonly [name: string]: unknown
      }
      expect(me).toMatchObject({ organization: "acme", type: "user", groups: [], permissions: ["can_read"] })
      expect(me.realm_roles).not.toContain("tenant-admin")
      expect(claimsOf(tokens.access_token).org_id).toBe("acme")
    }
  })

  test("is refused a permission or type that does not exist, and not told yes", async () => {
    const owner = await member(acme, "owner")
    const object = `project:${acme.project.id}`
    for (const question of [
      { permission: "can_everything", object },
      { permission: "owner", object },
      { permission: "__proto__", object },
      { permission: "constructor", object },
      { permission: "can_read", object: `projects:${acme.project.id}` },
      { permission: "can_read", object: "platform:gatehouse" },
      { permission: "can_read", object: "group:acme/org-owners" },
      { permission: "can_read", object: `project:${acme.project.id}#can_read` },
      { permission: "can_read", object: "project:*" },
      { permission: "can_read", object: "*" },
    ]) {
      const { json } = await owner.ask("POST", "/v1/check", { json: question })
      expect({ question, allowed: (json as { readonly allowed?: boolean }).allowed ?? false }).toEqual({
        question,
        allowed: false,
      })
    }
    const twin = await owner.ask("POST", "/v1/check", { json: { permission: "can_read", object } })
    expect(twin.json).toMatchObject({ allowed: true })
  })
})

describe("the authorization engine", () => {
  const model = modelOf(`
type user
type document
  relations
    define viewer: [user]
`)

  test("allows nothing for an unknown store, model, type, relation or user", async () => {
    const store = await createOwnStore(model)
    await store.write(tuple("user:ada viewer document:1"))
    const other = await createOwnStore(model)
    for (const [user, relation, object] of [
      ["user:ada", "owner", "document:1"],
      ["user:ada", "__proto__", "document:1"],
      ["user:ada", "viewer", "folder:1"],
      ["user:ada", "viewer", "constructor:1"],
      ["person:ada", "viewer", "document:1"],
      ["user:*", "viewer", "document:1"],
      ["user:ada", "viewer", "document:*"],
      ["ada", "viewer", "document:1"],
      ["", "", ""],
    ] as const)
      expect({
        user,
        relation,
        object,
        allowed: (await store.check(user, relation, object)) === true,
      }).toEqual({
        user,
        relation,
        object,
        allowed: false,
      })
    const foreign = { authorization_model_id: other.modelId }
    expect(await store.check("user:ada", "viewer", "document:1", foreign)).toBeUndefined()
    expect(await other.check("user:ada", "viewer", "document:1")).toBe(false)
    const unknown = { tuple_key: { user: "user:ada", relation: "viewer", object: "document:1" } }
    const nowhere = await store.wire.post("/stores/01ARZ3NDEKTSV4RRFFQ69G5FAV/check", unknown)
    expect(nowhere.status).toBe(400)
    expect(await store.check("user:ada", "viewer", "document:1")).toBe(true)
  })

  test("is asked by nobody without its credential, whatever facts come along", async () => {
    const store = await createOwnStore(model)
    const body = {
      tuple_key: { user: "user:ada", relation: "viewer", object: "document:1" },
      contextual_tuples: { tuple_keys: [tuple("user:ada viewer document:1")] },
    }
    const owner = await member(acme, "owner")
    for (const token of [undefined, owner.token, "", "x"]) {
      const answer = await ask(`${addressOf("authorization")}${store.path("check")}`, {
        method: "POST",
        token,
        json: body,
      })
      expect(answer.status).toBe(401)
    }
    const twin = await store.wire.post(store.path("check"), body)
    expect(twin.body).toMatchObject({ allowed: true })
  })
})
