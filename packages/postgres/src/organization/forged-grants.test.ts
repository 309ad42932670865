import { randomUUID } from "node:crypto"
import type { OrganizationId, ProjectUuid } from "@gatehouse/contracts"
import { createManualClock } from "@gatehouse/kernel"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { endRequest, type Grant, mintGrant, openRequest } from "../grants.ts"
import {
  createOrganizationFixture,
  newProject,
  type OrganizationFixture,
  testGrant,
  testPrincipal,
} from "../testing/organization-fixture.ts"

let fixture: OrganizationFixture
let organization: OrganizationId
const project = newProject()
beforeAll(async () => {
  fixture = await createOrganizationFixture(["acme"])
  organization = fixture.organizations[0] as OrganizationId
})
afterAll(() => fixture.close())

const read = () => testGrant("can_read", { organization, project })
const use = (grant: Grant<"can_read">) =>
  fixture.databases.withGrant(grant, (tx) => tx.selectFrom("scan").select("id").execute())

describe("what is not the minted value itself opens nothing", () => {
  const facts = () => ({
    permission: "can_read" as const,
    organization,
    project: project as ProjectUuid | undefined,
    object: { type: "project", id: project as string },
    principal: testPrincipal(organization),
    decisionId: "d",
  })

  const forgeries: readonly (readonly [string, () => unknown])[] = [
    ["a cast literal", () => facts()],
    ["a spread", () => ({ ...read() })],
    ["an Object.assign", () => Object.assign(Object.create(null), read())],
    ["a structured clone", () => structuredClone({ ...read() })],
    ["JSON and back", () => JSON.parse(JSON.stringify(read()))],
    ["an object that inherits from a grant", () => Object.create(read())],
    ["an object with a grant as its prototype, set later", () => Object.setPrototypeOf({}, read())],
    ["a proxy of a grant", () => new Proxy(read(), {})],
    ["a proxy that answers for everything", () => new Proxy(facts(), { get: () => project })],
    [
      "an object of a grant's constructor",
      () => Reflect.construct(Object, [], Object.getPrototypeOf(read())?.constructor ?? Object),
    ],
    [
      "a frozen look-alike without prototype",
      () => Object.freeze(Object.assign(Object.create(null), facts())),
    ],
    ["an array that holds a grant", () => [read()]],
    ["a function with a grant's members", () => Object.assign(() => {}, { ...facts(), name: undefined })],
    ["undefined", () => undefined],
    ["null", () => null],
    ["a string", () => JSON.stringify(facts())],
  ]

  test.each(forgeries)("%s", async (_, forge) => {
    let value: unknown
    try {
      value = forge()
    } catch {
      // That it can't even be made is as good: a property of a frozen target, for example.
      return
    }
    await expect(use(value as Grant<"can_read">)).rejects.toMatchObject({ code: "postgres.grant_refused" })
  })

  test("a grant of another copy of the module", async () => {
    const copy = "../grants/ledger.ts?another-copy"
    const { mintGrant: mintElsewhere, openRequest: openElsewhere } = (await import(
      /* @vite-ignore */ copy
    )) as typeof import("../grants/ledger.ts")
    expect(mintElsewhere).not.toBe(mintGrant)
    await expect(use(mintElsewhere(openElsewhere(), facts()))).rejects.toMatchObject({
      code: "postgres.grant_refused",
    })
  })

  test("the minted value itself opens its transaction", async () => {
    expect(await use(read())).toEqual([])
  })
})

describe("a grant can't be widened", () => {
  test("it is frozen, all the way down, and has no prototype to reach through", () => {
    const grant = read()
    expect(Object.getPrototypeOf(grant)).toBeNull()
    for (const part of [grant, grant.object, grant.principal]) expect(Object.isFrozen(part)).toBe(true)
    expect(() => Object.assign(grant, { permission: "can_delete" })).toThrow(TypeError)
    expect(() => Object.assign(grant.object, { id: randomUUID() })).toThrow(TypeError)
  })

  test("what it was minted from does not change it afterwards", async () => {
    const object = { type: "project", id: project as string }
    const grant = mintGrant(openRequest(), {
      permission: "can_write",
      organization,
      project,
      object,
      principal: testPrincipal(organization),
      decisionId: "d",
    })
    object.id = randomUUID()
    expect(grant.object.id).toBe(project)
  })

  test("a permission that the matrix of verbs does not list opens nothing", async () => {
    for (const permission of ["can_do_anything", "constructor", "__proto__", "toString", ""]) {
      const grant = testGrant(permission as "can_read", { organization, project })
      await expect(use(grant)).rejects.toMatchObject({ code: "postgres.grant_refused" })
    }
  })

  test("members that somebody adds to Object.prototype are no grant's", async () => {
    const prototype = Object.prototype as { permission?: string }
    prototype.permission = "can_delete"
    try {
      await expect(use({} as Grant<"can_read">)).rejects.toMatchObject({ code: "postgres.grant_refused" })
    } finally {
      delete prototype.permission
    }
  })
})

describe("a grant dies", () => {
  test("with its request", async () => {
    const lifetime = openRequest()
    const grant = testGrant("can_read", { organization, project, lifetime })
    await use(grant)
    endRequest(lifetime)
    await expect(use(grant)).rejects.toMatchObject({ code: "postgres.grant_expired" })
    expect(() => testGrant("can_read", { organization, project, lifetime })).toThrow(
      expect.objectContaining({ code: "postgres.grant_expired" }),
    )
  })

  test("after 30 seconds, counted on a clock that nobody sets back", async () => {
    const clock = createManualClock()
    const grant = testGrant("can_read", { organization, project, clock })
    clock.advance(30_000)
    await use(grant)
    clock.advance(1)
    await expect(use(grant)).rejects.toMatchObject({ code: "postgres.grant_expired" })
  })

  test("while its transaction runs, and then nothing of it is committed", async () => {
    const lifetime = openRequest()
    const id = randomUUID()
    const grant = testGrant("can_write", { organization, project, lifetime })
    const change = fixture.databases.withGrant(grant, async (tx) => {
      await tx
        .insertInto("scan")
        .values({ id, org_id: organization, project_id: project, target: id })
        .execute()
      await tx.audit({ action: "scan.create", resource: { type: "scan", id } })
      endRequest(lifetime)
    })
    await expect(change).rejects.toMatchObject({ code: "postgres.grant_expired" })
    expect(
      await fixture.databases.resourceProject(organization, { type: "scan", table: "scan" }, id),
    ).toBeUndefined()
  })

  test("and a made-up lifetime mints nothing", () => {
    for (const lifetime of [{ isOpen: true }, { ...openRequest() }, new Proxy(openRequest(), {})]) {
      expect(() => testGrant("can_read", { organization, project, lifetime })).toThrow(
        expect.objectContaining({ code: "postgres.grant_expired" }),
      )
    }
  })
})
