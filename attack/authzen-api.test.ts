import { randomUUID } from "node:crypto"
import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { createOwnedProject, type Member, member, type OwnedProject } from "./support/organizations.ts"
import { acme, globex } from "./support/plane.ts"

/** ASVS 8.3.1, 8.4.1 on `/access/v1/*`: what a caller supplies decides nothing, and nobody learns of another organization. */

let viewer: Member
let owner: Member
let foreign: Member
let foreignProject: OwnedProject
beforeAll(async () => {
  ;[viewer, owner, foreign] = await Promise.all([
    member(acme, "viewer"),
    member(acme, "owner"),
    member(globex, "admin"),
  ])
  foreignProject = await createOwnedProject(foreign, `authzen-${randomUUID()}`)
})

interface Decided {
  readonly decision?: boolean
  readonly context?: { readonly reason?: string; readonly error?: object; readonly decision_id?: string }
}

const project = () => ({ type: "project", id: acme.project.id })
const self = (who: Member) => ({ type: "user", id: who.principal.slice("user:".length) })
const evaluate = async (by: Member, question: object) => {
  const { status, json } = await by.ask("POST", "/access/v1/evaluation", { json: question })
  return { status, ...(json as Decided) }
}
const raw = (by: Member, path: string, body: string) =>
  ask(`${acme.url}${path}`, {
    method: "POST",
    token: by.token,
    headers: { "content-type": "application/json" },
    body,
  })
const question = (who: Member, name: string, more: object = {}) => ({
  subject: { ...self(who), ...more },
  action: { name },
  resource: project(),
})

describe("facts that the caller supplies", () => {
  const claims = {
    groups: ["/org-owners", "group:acme/org-owners"],
    roles: ["tenant-admin"],
    realm_access: { roles: ["tenant-admin"] },
    organization: "acme",
    org_id: "acme",
    project: `project:${acme.project.id}`,
    parent: `organization:acme`,
    owner: true,
    contextual_tuples: [{ user: "user:*", relation: "owner", object: "organization:acme" }],
    tuple_keys: [{ user: "user:*", relation: "owner", object: "organization:acme" }],
    contextualTuples: { tuple_keys: [] },
    authorization_model_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    consistency: "MINIMIZE_LATENCY",
    __proto__x: true,
  }

  test("as properties, context or options never grant a group, role, parent or organization", async () => {
    expect(await evaluate(viewer, question(viewer, "can_read"))).toMatchObject({
      status: 200,
      decision: true,
    })
    for (const permission of ["can_write", "can_delete", "can_manage"]) {
      const plain = question(viewer, permission)
      for (const asked of [
        plain,
        question(viewer, permission, { properties: claims }),
        { ...plain, action: { ...plain.action, properties: claims } },
        { ...plain, resource: { ...plain.resource, properties: claims } },
        { ...plain, context: claims },
        { ...plain, ...claims },
        { ...plain, subject: { ...plain.subject, ...claims } },
        { ...plain, resource: { ...plain.resource, ...claims } },
      ])
        expect(await evaluate(viewer, asked)).toMatchObject({ status: 200, decision: false })
      const each = await viewer.ask("POST", "/access/v1/evaluations", {
        json: { ...plain, context: claims, evaluations: [plain, { context: claims }, claims] },
      })
      for (const { decision } of (each.json as { readonly evaluations: readonly Decided[] }).evaluations)
        expect(decision).toBe(false)
    }
    const found = await viewer.ask("POST", "/access/v1/search/action", {
      json: { subject: { ...self(viewer), properties: claims }, resource: project(), context: claims },
    })
    const names = (found.json as { readonly results: readonly { readonly name: string }[] }).results
    expect(names.map(({ name }) => name)).not.toContain("can_write")
    expect(names.map(({ name }) => name)).toContain("can_read")
  })

  test("under names of prototypes are facts like any other", async () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const facts = `{"${name}":{"groups":["/org-owners"],"decision":true}}`
      const body = (permission: string) =>
        `{"subject":{"type":"user","id":"${self(viewer).id}","properties":${facts}},"action":{"name":"${permission}","properties":${facts}},"resource":{"type":"project","id":"${acme.project.id}","properties":${facts}},"context":${facts}}`
      const denied = await raw(viewer, "/access/v1/evaluation", body("can_write"))
      expect((denied.json as Decided).decision ?? false).toBe(false)
      const unknown = await raw(viewer, "/access/v1/evaluation", body(name))
      expect((unknown.json as Decided).decision ?? false).toBe(false)
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("groups")
    }
  })

  test("nested deep, or very large, are refused and not walked", async () => {
    const body = (facts: string) =>
      JSON.stringify(question(viewer, "can_read")).replace(/\}$/, `,"context":${facts}}`)
    expect((await raw(viewer, "/access/v1/evaluation", body('{"a":[[1]]}'))).json).toMatchObject({
      decision: true,
    })
    for (const facts of [
      `{"a":${"[".repeat(40)}${"]".repeat(40)}}`,
      `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      `{"a":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`,
      `{"a":"${"x".repeat(40_000)}"}`,
      `{"a":"${"x".repeat(3_000_000)}"}`,
      '{"a":"\\ud800"}',
    ]) {
      const { status, json } = await raw(viewer, "/access/v1/evaluation", body(facts))
      expect([400, 413]).toContain(status)
      expect((json as Decided).decision).toBeUndefined()
    }
  })
})

describe("another organization", () => {
  const theirs = () => ({ type: "project", id: foreignProject.project })
  const nobodys = () => ({ type: "project", id: randomUUID() })
  const withoutId = ({ context: { decision_id: _, ...context } = {}, ...rest }: Decided) => ({
    ...rest,
    context,
  })

  test("has no resource that can be told from one that does not exist", async () => {
    for (const by of [viewer, owner])
      for (const name of ["can_read", "can_delete"]) {
        const [there, nowhere] = await Promise.all(
          [theirs(), nobodys()].map((resource) => evaluate(by, { ...question(by, name), resource })),
        )
        expect(withoutId(there ?? {})).toEqual(withoutId(nowhere ?? {}))
        expect(there).toMatchObject({ decision: false, context: { reason: "not_found" } })
      }
    for (const type of ["organization", "project"]) {
      const { text } = await owner.ask("POST", "/access/v1/search/resource", {
        json: { subject: self(owner), action: { name: "can_read" }, resource: { type } },
      })
      expect(text).not.toContain(foreignProject.project)
      expect(text).not.toContain("globex")
    }
    const actions = await owner.ask("POST", "/access/v1/search/action", {
      json: { subject: self(owner), resource: theirs() },
    })
    expect(actions.json).toMatchObject({ results: [] })
    const mine = await foreign.ask("POST", "/access/v1/evaluation", {
      json: { subject: self(foreign), action: { name: "can_read" }, resource: theirs() },
    })
    expect(mine.json).toMatchObject({ decision: true })
  })

  test("has no subject that can be told from one that does not exist, named in any way", async () => {
    const ids = [
      self(foreign).id,
      foreign.subject,
      `acme/../${self(foreign).id}`,
      `globex%2F${foreign.subject}`,
      `acme/${foreign.subject}`,
      `platform/${foreign.subject}`,
      `/${foreign.subject}`,
      `${self(foreign).id}#member`,
      "acme/*",
      "*",
      "acme/x#can_read",
    ]
    const unknown = await evaluate(owner, {
      ...question(owner, "can_read"),
      subject: { type: "user", id: `acme/${randomUUID()}` },
    })
    expect(unknown).toMatchObject({ status: 200, decision: false })
    for (const id of ids) {
      const found = await evaluate(owner, { ...question(owner, "can_read"), subject: { type: "user", id } })
      expect({ id, ...withoutId(found) }).toEqual({ id, ...withoutId(unknown) })
    }
    const there = await evaluate(owner, { ...question(owner, "can_read"), subject: self(viewer) })
    expect(there).toMatchObject({ status: 200, decision: true })
    const { text } = await owner.ask("POST", "/access/v1/search/subject", {
      json: {
        subject: { type: "user" },
        action: { name: "can_read" },
        resource: project(),
        page: { limit: 200 },
      },
    })
    expect(text).toContain(self(viewer).id)
    expect(text).not.toContain("globex/")
    const of = await owner.ask("POST", "/access/v1/search/subject", {
      json: { subject: { type: "user" }, action: { name: "can_read" }, resource: theirs() },
    })
    expect(of.json).toMatchObject({ results: [] })
  })

  test("cannot be asked about through its host, nor through a page token of its own", async () => {
    const search = {
      subject: { type: "user" },
      action: { name: "can_read" },
      resource: theirs(),
      page: { limit: 1 },
    }
    const first = await foreign.ask("POST", "/access/v1/search/subject", { json: search })
    const token = (first.json as { readonly page: { readonly next_token: string } }).page.next_token
    expect(token).not.toBe("")
    const stolen = await owner.ask("POST", "/access/v1/search/subject", {
      json: { ...search, page: { token } },
    })
    expect(stolen.text).not.toContain("globex/")
    const through = await ask(`${globex.url}/access/v1/evaluation`, {
      method: "POST",
      token: owner.token,
      json: question(owner, "can_read"),
    })
    expect(through.status).toBe(404)
  })
})

describe("somebody else", () => {
  test("is asked about only by who may manage users: by evaluation, in a batch and by every search", async () => {
    const other = self(owner)
    const about = { ...question(viewer, "can_read"), subject: other }
    expect((await evaluate(viewer, about)).status).toBe(403)
    const batch = await viewer.ask("POST", "/access/v1/evaluations", {
      json: {
        ...question(viewer, "can_read"),
        evaluations: [{}, { subject: other }, { subject: { id: other.id } }],
      },
    })
    const [own, ...others] = (batch.json as { readonly evaluations: readonly Decided[] }).evaluations
    expect(own).toMatchObject({ decision: true })
    for (const one of others)
      expect(one).toMatchObject({ decision: false, context: { error: { status: 403 } } })
    for (const [path, json] of [
      ["subject", { subject: { type: "user" }, action: { name: "can_read" }, resource: project() }],
      ["resource", { subject: other, action: { name: "can_read" }, resource: { type: "project" } }],
      ["action", { subject: other, resource: project() }],
    ] as const)
      expect((await viewer.ask("POST", `/access/v1/search/${path}`, { json })).status).toBe(403)
    expect((await evaluate(owner, about)).status).toBe(200)
  })
})

describe("a request that is not of the form", () => {
  test("with more questions than a batch may hold, or none that is one, is refused or answered no", async () => {
    const asked = question(viewer, "can_read")
    const many = (count: number) => ({ ...asked, evaluations: Array.from({ length: count }, () => ({})) })
    expect((await viewer.ask("POST", "/access/v1/evaluations", { json: many(100) })).status).toBe(200)
    for (const count of [101, 20_000])
      expect([400, 413]).toContain(
        (await viewer.ask("POST", "/access/v1/evaluations", { json: many(count) })).status,
      )
    const odd = [null, 1, "x", [], [asked], { subject: null }, { action: { name: null } }, { resource: [] }]
    const answer = await viewer.ask("POST", "/access/v1/evaluations", {
      json: { ...asked, evaluations: odd },
    })
    const { evaluations } = answer.json as { readonly evaluations: readonly Decided[] }
    expect(evaluations.map(({ decision }) => decision)).toEqual(odd.map(() => false))
    for (const json of [
      { evaluations: {} },
      { evaluations: "x" },
      { ...asked, options: { evaluations_semantic: "any" } },
    ])
      expect((await viewer.ask("POST", "/access/v1/evaluations", { json })).status).toBe(400)
  })

  test("with a member twice is refused: one reader could take the first copy, another the last", async () => {
    const asked = (permission: string) => JSON.stringify(question(viewer, permission)).slice(1, -1)
    const twice = `{${asked("can_read")},${asked("can_read")}}`
    const { id } = self(owner)
    const subjects = `"subject":{"type":"user","id":"${self(viewer).id}"},"subject":{"type":"user","id":"${id}"}`
    const rest = JSON.stringify({ action: { name: "can_read" }, resource: project() }).slice(1)
    for (const body of [twice, `{${subjects},${rest}`]) {
      const { status, json } = await raw(viewer, "/access/v1/evaluation", body)
      expect([status, (json as Decided).decision]).toEqual([400, undefined])
    }
  })

  test("with a type, action or id of any other form is a no", async () => {
    const names = [
      "__proto__",
      "constructor",
      "toString",
      "owner",
      "viewer",
      "can_read#x",
      "can_read,can_write",
      "CAN_READ",
      "can_read ",
      "",
    ]
    for (const name of names)
      expect(
        (await evaluate(owner, { ...question(owner, "can_read"), action: { name } })).decision ?? false,
      ).toBe(false)
    for (const type of [
      "__proto__",
      "constructor",
      "group",
      "user",
      "platform",
      "sbom",
      "Project",
      "project ",
      "",
    ])
      expect(
        (await evaluate(owner, { ...question(owner, "can_read"), resource: { type, id: acme.project.id } }))
          .decision ?? false,
      ).toBe(false)
    const ids = [
      "*",
      "",
      `${acme.project.id}#can_read`,
      `${acme.project.id} `,
      acme.project.id.toUpperCase().concat("x"),
      "__proto__",
      "x".repeat(10_000),
      `${acme.project.id}\u0000`,
      "a:b",
    ]
    for (const id of ids)
      expect(
        (await evaluate(owner, { ...question(owner, "can_read"), resource: { type: "project", id } }))
          .decision ?? false,
      ).toBe(false)
    for (const [permission, object] of ids.flatMap((id) => [["can_read", `project:${id}`]] as const)) {
      const checked = await owner.ask("POST", "/v1/check", { json: { permission, object } })
      expect((checked.json as { readonly allowed?: boolean }).allowed ?? false).toBe(false)
      const explained = await owner.ask("GET", `/v1/explain?${new URLSearchParams({ permission, object })}`)
      expect((explained.json as { readonly allowed?: boolean }).allowed ?? false).toBe(false)
      expect([explained.status, checked.status].every((status) => status < 500)).toBe(true)
    }
    expect(await evaluate(owner, question(owner, "can_read"))).toMatchObject({ decision: true })
  })
})
