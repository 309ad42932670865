import { randomUUID } from "node:crypto"
import { beforeAll, describe, expect, test } from "vitest"
import { postForm } from "../tests/support/login.ts"
import { bill, createdId, createOwnedProject, type Member, member } from "./support/organizations.ts"
import { acme } from "./support/plane.ts"
import { claimsOf } from "./support/sign-in.ts"

/** ASVS 15.3.1, 15.3.3, 15.3.6: members that nobody asked for change nothing, and nothing comes back that is not described. */

let admin: Member
beforeAll(async () => {
  admin = await member(acme, "admin")
})

const json = { "content-type": "application/json" }

/** Members of a project that are not the client's to say. */
const planted: Readonly<Record<string, unknown>> = {
  id: randomUUID(),
  organization: "globex",
  org_id: "globex",
  owner: "user:globex/somebody",
  created_by: "user:globex/somebody",
  created_at: "2001-01-01T00:00:00Z",
  role: "owner",
  verified: true,
  state: "active",
  bindings: [{ role: "owner", subject: "user:globex/somebody" }],
}

describe("a project's body", () => {
  test("with any member more is refused, on create and rename, and nothing is made", async () => {
    const { project } = await createOwnedProject(admin, `plain-${randomUUID()}`)
    for (const [name, value] of Object.entries(planted)) {
      const wanted = `planted-${randomUUID()}`
      const body = { name: wanted, [name]: value }
      for (const [method, path] of [
        ["POST", "/v1/projects"],
        ["PATCH", `/v1/projects/${project}`],
      ] as const) {
        const answer = await admin.ask(method, path, { json: body })
        expect({ name, method, status: answer.status }).toEqual({ name, method, status: 422 })
      }
      expect((await admin.ask("GET", "/v1/projects?limit=200")).text).not.toContain(wanted)
    }
    const twin = await admin.ask("POST", "/v1/projects", { json: { name: `kept-${randomUUID()}` } })
    expect(twin.json).toMatchObject({ organization: "acme", created_by: admin.principal })
    await admin.ask("DELETE", `/v1/projects/${createdId(twin)}`)
  })

  test("with __proto__ changes no prototype, of this request or of any other", async () => {
    const me = (await admin.ask("GET", "/v1/me")).json
    for (const body of [
      '{"name":"planted","__proto__":{"organization":"globex","polluted":"yes"}}',
      '{"name":"planted","constructor":{"prototype":{"polluted":"yes"}}}',
      '{"__proto__":{"name":"planted"}}',
      '{"permission":"can_read","object":"project:x","__proto__":{"allowed":true}}',
    ]) {
      for (const path of ["/v1/projects", "/v1/check"]) {
        const answer = await admin.ask("POST", path, { headers: json, body })
        expect([400, 422]).toContain(answer.status)
        expect(answer.text).not.toContain("polluted")
      }
    }
    const listed = await admin.ask("GET", "/v1/projects?limit=200")
    expect(listed.text).not.toMatch(/polluted|"planted"/)
    expect((await admin.ask("GET", "/v1/me")).json).toEqual(me)
  })
})

test("a question takes no facts along", async () => {
  const question = { permission: "can_write", object: `project:${acme.project.id}` }
  const viewer = await member(acme, "viewer")
  for (const [name, value] of Object.entries({
    contextual_tuples: [{ user: viewer.principal, relation: "owner", object: question.object }],
    contextualTuples: { tuple_keys: [] },
    context: { role: "owner" },
    groups: ["/org-owners"],
    organization: "acme",
  })) {
    const answer = await viewer.ask("POST", "/v1/check", { json: { ...question, [name]: value } })
    expect({ name, status: answer.status }).toEqual({ name, status: 422 })
  }
  expect((await viewer.ask("POST", "/v1/check", { json: question })).json).toMatchObject({ allowed: false })
})

test("a document names neither its project, nor its organization, nor who uploaded it", async () => {
  const { project } = await createOwnedProject(admin, `bill-${randomUUID()}`)
  const text = JSON.stringify({ ...bill("left-pad"), ...planted, project_id: randomUUID() })
  const body = text.replace("{", '{"__proto__":{"project_id":"planted","polluted":"yes"},')
  const answer = await admin.ask("POST", "/v1/sboms", {
    headers: { ...json, "x-project-id": project },
    body,
  })
  expect(answer.json).toMatchObject({ project_id: project, created_by: admin.principal })
  const id = createdId(answer)
  expect(id).not.toBe(planted.id)
  const got = await admin.ask("GET", `/v1/sboms/${id}`)
  expect(got.text).not.toMatch(/polluted|planted|globex/)
  expect((await admin.ask("GET", `/v1/sboms/${id}/document`)).text).toBe(body)
})

test("a token request takes neither roles nor groups nor an organization along", async () => {
  const { clientId, clientSecret } = acme.serviceClient
  const redeem = async (more: Readonly<Record<string, string>>) => {
    const answer = await postForm(`${acme.issuer}/protocol/openid-connect/token`, {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      ...more,
    })
    const { iat, exp, jti, ...claims } = claimsOf(
      (answer.json as { readonly access_token: string }).access_token,
    )
    return claims
  }
  const plain = await redeem({})
  const more = await redeem({
    groups: "/org-owners",
    roles: "tenant-admin",
    realm_access: '{"roles":["tenant-admin"]}',
    organization: "globex",
    sub: admin.subject,
    claims: '{"access_token":{"groups":{"value":"/org-owners"}}}',
  })
  expect(more).toEqual(plain)
})

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

test("answers hold the members that are described, and no other", async () => {
  const { project, sbom } = await createOwnedProject(admin, `fields-${randomUUID()}`)
  const document = (await admin.ask("GET", "/v1/openapi.json")).json as {
    readonly paths: Readonly<
      Record<
        string,
        Readonly<
          Record<
            string,
            {
              readonly responses: Readonly<
                Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
              >
            }
          >
        >
      >
    >
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
  }
  const resolve = (schema: Schema | undefined): Schema =>
    schema?.$ref === undefined
      ? (schema ?? {})
      : resolve(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""])
  const undescribed = (value: unknown, given: Schema | undefined, at: string): string[] => {
    const schema = resolve(given)
    if (Array.isArray(value)) return value.flatMap((item) => undescribed(item, schema.items, `${at}[]`))
    if (typeof value !== "object" || value === null || schema.properties === undefined) return []
    return Object.entries(value).flatMap(([name, inner]) =>
      Object.hasOwn(schema.properties ?? {}, name)
        ? undescribed(inner, schema.properties?.[name], `${at}.${name}`)
        : [`${at}.${name}`],
    )
  }
  const ids: Readonly<Record<string, string>> = { "{project}": project, "{org}": "acme" }
  let looked = 0
  for (const [path, { get }] of Object.entries(document.paths)) {
    const schema = get?.responses["200"]?.content?.["application/json"]?.schema
    if (schema === undefined) continue
    const id = path.includes("/sboms/") ? sbom : path.includes("/members/") ? admin.subject : project
    const url = Object.entries({ ...ids, "{id}": id }).reduce(
      (all, [name, value]) => all.replace(name, value),
      path,
    )
    const query = path.endsWith("/components")
      ? "?purl=pkg:npm/left-pad"
      : path === "/v1/explain"
        ? `?permission=can_read&object=project:${project}`
        : ""
    const answer = await admin.ask("GET", `${url}${query}`, {
      headers: path.includes("{") ? {} : { "x-project-id": project },
    })
    expect({ path, status: answer.status }).toEqual({ path, status: 200 })
    expect(undescribed(answer.json, schema, path)).toEqual([])
    // Names of members alone: what somebody calls a project is theirs.
    expect(answer.text).not.toMatch(/"[^"]*(?:password|credential|secret|purl_base)[^"]*":/i)
    looked += 1
  }
  expect(looked).toBeGreaterThanOrEqual(12)
})
