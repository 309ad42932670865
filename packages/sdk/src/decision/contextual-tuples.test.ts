import {
  groupId,
  type OrganizationId,
  organizationObject,
  type ProjectUuid,
  parseOrganizationId,
  permissionModel,
  projectLinkTuple,
  projectObject,
} from "@gatehouse/contracts"
import { describe, expect, it } from "vitest"
import { createInProcessAuthorizer, testPlatformAdministrator, testPrincipal } from "../testing/index.ts"
import { contextualTuplesOf } from "./contextual-tuples.ts"
import { decide } from "./decide.ts"

const acme = parseOrganizationId("acme")
const project = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
const paths = (count: number) => Array.from({ length: count }, (_, index) => `/team-${index}`)
const bind = (path: string) => ({
  user: `${groupId(acme, path)}#member`,
  relation: "viewer",
  object: projectObject(project),
})
const inGroups = (groups: readonly string[]) => testPrincipal({ home: acme, subject: "someone", groups })

describe("contextual tuples", () => {
  const tuplesOf = (principal: ReturnType<typeof testPrincipal>) =>
    contextualTuplesOf({
      authorizer: createInProcessAuthorizer(permissionModel),
      principal,
      objects: [organizationObject(acme)],
    })

  it("say principal, known realm roles and groups with those above them, each once, and nothing else", async () => {
    const principal = testPrincipal({
      home: acme,
      subject: "a/b",
      realmRoles: ["developer", "offline_access", "platform-admin", "developer"],
      groups: ["/x/y", "/x"],
    })
    const user = "user:acme/a%2Fb"
    expect(await tuplesOf(principal)).toEqual([
      { user, relation: "principal", object: "organization:acme" },
      { user, relation: "developer_role", object: "organization:acme" },
      { user, relation: "member", object: "group:acme/x/y" },
      { user, relation: "member", object: "group:acme/x" },
    ])
  })

  it("of a platform administrator say that it administers the platform, and no more", async () => {
    expect(await tuplesOf(testPlatformAdministrator(acme))).toEqual([
      { user: "user:platform/operator", relation: "admin", object: "platform:gatehouse" },
    ])
  })

  it("of a platform principal without the role say nothing of the organization it asks in", async () => {
    const home = "platform" as OrganizationId
    const principal = testPrincipal({ home, organization: acme, subject: "s", type: "service" })
    expect(await tuplesOf(principal)).toEqual([])
  })

  it("refuse a group that is not a full path", async () => {
    await expect(tuplesOf(inGroups(["org-owners"]))).rejects.toMatchObject({ code: "authz.invalid_object" })
    await expect(tuplesOf(inGroups(["x/org-owners"]))).rejects.toMatchObject({ code: "authz.invalid_object" })
  })
})

describe("a principal in many groups", () => {
  const stored = [projectLinkTuple(acme, project)]
  const canRead = (groups: readonly string[], bound: readonly string[]) => {
    const authorizer = createInProcessAuthorizer(permissionModel, [...stored, ...bound.map(bind)])
    const decision = decide({
      authorizer,
      principal: inGroups(groups),
      permission: "can_read",
      object: { type: "project", id: project },
    })
    return { authorizer, decision }
  }

  it("sends all groups up to 90, without asking which are bound", async () => {
    const { authorizer, decision } = canRead(paths(90), ["/team-89"])
    expect(await decision).toMatchObject({ allowed: true })
    expect(authorizer.asked.at(-1)?.contextualTuples).toHaveLength(91)
  })

  it("sends beyond 90 only those that are bound to what is asked about", async () => {
    const { authorizer, decision } = canRead(paths(500), ["/team-400", "/team-3", "/elsewhere"])
    expect(await decision).toMatchObject({ allowed: true })
    expect(authorizer.asked.at(-1)?.contextualTuples).toHaveLength(3)
  })

  it("is denied beyond 90 where none is bound", async () => {
    expect(await canRead(paths(500), ["/elsewhere"]).decision).toMatchObject({
      allowed: false,
      visible: false,
    })
  })

  it("counts the groups above a group", async () => {
    const { authorizer, decision } = canRead(
      paths(60).map((path) => `/all${path}`),
      ["/all"],
    )
    expect(await decision).toMatchObject({ allowed: true })
    expect(authorizer.asked.at(-1)?.contextualTuples).toHaveLength(62)
  })

  it("is refused by name where more than 90 are bound, and never cut", async () => {
    await expect(canRead(paths(91), paths(91)).decision).rejects.toMatchObject({
      code: "authz.too_many_groups",
      details: { limit: 90 },
    })
  })
})
