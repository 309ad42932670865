import {
  groupId,
  type OrganizationRole,
  organizationGroups,
  organizationMatrix,
  organizationRoles,
  organizationTuples,
  type Permission,
  type Principal,
  type ProjectRole,
  type ProjectUuid,
  parseOrganizationId,
  permissionsOfType,
  platformOrganizationId,
  projectGroupPath,
  projectGroupTuples,
  projectLinkTuple,
  projectMatrix,
  projectObject,
  projectRoles,
  type StoredTuple,
} from "@gatehouse/contracts"
import { type DecisionObject, decide, decisionTuplesOf, objectIdOf } from "@gatehouse/sdk/decision"
import { testPlatformAdministrator, testPrincipal } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PermissionTarget } from "./permission-target.ts"

const acme = parseOrganizationId("acme")
const globex = parseOrganizationId("globex")
const project = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
const organization: DecisionObject = { type: "organization", id: acme }
const projectDecision: DecisionObject = { type: "project", id: project }
const document: DecisionObject = {
  type: "sbom",
  id: "0d9a9b52-9c36-4f6c-8f57-0a2a4f3f2d11",
  parentProject: project,
}

type Holder = readonly [how: string, principal: Principal]

const ownService = (subject: string) => testPrincipal({ home: acme, type: "service", subject })
const visitingService = (subject: string) =>
  testPrincipal({ home: platformOrganizationId, organization: acme, type: "service", subject })
const person = (subject: string, facts: Partial<Principal> = {}) =>
  testPrincipal({ home: acme, subject, ...facts })

/** Each way in which one holds a column of the first matrix. */
const organizationHolders: Readonly<Record<OrganizationRole, readonly Holder[]>> = {
  "platform-admin": [["by the platform's role", testPlatformAdministrator(acme)]],
  "tenant-admin": [
    ["by realm role", person("by-role", { realmRoles: ["tenant-admin"] })],
    ["by the administrators' group", person("by-group", { groups: [organizationGroups.admin] })],
    ["as an owner", person("owner", { groups: [organizationGroups.owner] })],
    ["in a group below the owners'", person("founder", { groups: ["/org-owners/founders"] })],
    ["as a service account bound by a tuple", ownService("admin-service")],
    ["as the platform's service account bound by a tuple", visitingService("admin-visitor")],
  ],
  developer: [
    ["by realm role", person("developer", { realmRoles: ["developer"] })],
    ["as a service account bound by a tuple", ownService("developer-service")],
    ["as the platform's service account bound by a tuple", visitingService("developer-visitor")],
  ],
  viewer: [
    ["by realm role", person("viewer", { realmRoles: ["viewer"] })],
    ["as a service account bound by a tuple", ownService("viewer-service")],
    ["as the platform's service account bound by a tuple", visitingService("viewer-visitor")],
  ],
}
/** By which relation a service account is bound to a column. */
const serviceRelations = { "tenant-admin": "admin", developer: "developer", viewer: "viewer" } as const

/** Each way in which one holds a role of the project. */
const projectHolders = (role: ProjectRole): readonly Holder[] => [
  ["by a binding of the user", person(`bound-${role}`)],
  ["by a binding of a group", person(`grouped-${role}`, { groups: [`/teams/${role}`] })],
  ["by the project's own group", person(`own-${role}`, { groups: [projectGroupPath(project, role)] })],
  ["by a binding of the service account", ownService(`bound-service-${role}`)],
]

const outsiders: readonly Holder[] = [
  [
    "an owner of another organization",
    testPrincipal({ home: globex, subject: "o", groups: ["/org-owners"] }),
  ],
  [
    "a member of the project's group of the same path in another realm",
    testPrincipal({ home: globex, subject: "g", groups: [projectGroupPath(project, "owner")] }),
  ],
  [
    "one of another organization whom a stored binding names",
    testPrincipal({ home: globex, subject: "crossing" }),
  ],
  ["a platform administrator who acts in another organization", testPlatformAdministrator(globex)],
  ["a service account of the platform that is bound nowhere", visitingService("unbound")],
]

function storedTuples(): StoredTuple[] {
  const object = `organization:${acme}`
  const services = Object.entries(serviceRelations).flatMap(([role, relation]) =>
    organizationHolders[role as OrganizationRole]
      .filter(([, { type }]) => type === "service")
      .map(([, { id }]) => ({ user: id, relation, object })),
  )
  const bindings = projectRoles.flatMap((role) => [
    { user: `user:${acme}/bound-${role}`, relation: role, object: projectObject(project) },
    { user: `service:${acme}/bound-service-${role}`, relation: role, object: projectObject(project) },
    { user: `${groupId(acme, `/teams/${role}`)}#member`, relation: role, object: projectObject(project) },
  ])
  return [
    ...organizationTuples(acme),
    ...organizationTuples(globex),
    projectLinkTuple(acme, project),
    ...projectGroupTuples(acme, project),
    ...services,
    ...bindings,
    { user: `user:${globex}/crossing`, relation: "owner", object: projectObject(project) },
  ]
}

/**
 * Both matrices of PRODUCT.md, cell by cell, with every way in which a column is held: through the decision that services make, and
 * through the wire's lists, which have to agree with it.
 */
export function describeMatrices(name: string, open: () => Promise<PermissionTarget>): void {
  describe(`${name}`, () => {
    let target: PermissionTarget
    beforeAll(async () => {
      target = await open()
      await target.write(storedTuples())
    })
    afterAll(() => target?.close())

    const ask = (principal: Principal, permission: Permission, object: DecisionObject) =>
      decide({ authorizer: target.authorizer, principal, permission, object })
    const cell = (holder: Holder, row: string, object: DecisionObject, allowed: boolean) => {
      const [how, principal] = holder
      it(`${how} ${allowed ? "has" : "lacks"} ${row} on the ${object.type}`, async () => {
        expect(await ask(principal, row as Permission, object)).toMatchObject({ allowed, visible: true })
      })
    }

    describe("the first matrix: what belongs to no project", () => {
      for (const role of organizationRoles)
        describe(role, () => {
          for (const holder of organizationHolders[role])
            for (const [row, holders] of Object.entries(organizationMatrix))
              cell(holder, row, organization, (holders as readonly string[]).includes(role))
        })
    })

    describe("the second matrix: inside a project it alone decides", () => {
      for (const role of projectRoles)
        describe(role, () => {
          for (const holder of projectHolders(role))
            for (const [row, holders] of Object.entries({
              ...projectMatrix,
              can_manage_bindings: ["owner", "admin"],
            })) {
              const allowed = (holders as readonly string[]).includes(role)
              cell(holder, row, projectDecision, allowed)
              if (permissionsOfType("sbom")?.has(row as Permission)) cell(holder, row, document, allowed)
            }
        })

      it("makes owners and admins of the organization, and platform administrators, admins of its projects", async () => {
        for (const [, principal] of [
          ...organizationHolders["tenant-admin"],
          ...organizationHolders["platform-admin"],
        ])
          for (const [row, holders] of Object.entries(projectMatrix)) {
            const allowed = (holders as readonly string[]).includes("admin")
            expect(await ask(principal, row as Permission, projectDecision)).toMatchObject({
              allowed,
              visible: true,
            })
          }
      })

      it("opens nothing to a mere member, nor to the organization's developers and viewers", async () => {
        const member: Holder = ["member", person("member", { groups: [organizationGroups.member] })]
        for (const [, principal] of [member, ...organizationHolders.developer, ...organizationHolders.viewer])
          for (const row of Object.keys(projectMatrix) as Permission[])
            for (const object of [projectDecision, document])
              if (permissionsOfType(object.type)?.has(row))
                expect(await ask(principal, row, object)).toMatchObject({ allowed: false, visible: false })
      })
    })

    it.each(outsiders)("%s sees nothing and may do nothing", async (_who, principal) => {
      for (const object of [organization, projectDecision, document])
        for (const permission of permissionsOfType(object.type) ?? [])
          expect(await ask(principal, permission, object)).toMatchObject({ allowed: false, visible: false })
    })

    describe("the wire's lists say the same as the cells", () => {
      const everyone = (object: DecisionObject): Holder[] =>
        object.type === "organization"
          ? Object.values(organizationHolders).flat()
          : projectRoles.flatMap((role) => projectHolders(role))
      const objects = [organization, projectDecision].flatMap((object) =>
        [...(permissionsOfType(object.type) ?? [])].map((row) => [row, object] as const),
      )
      it.each(objects)("%s on %o", async (permission, object) => {
        const { authorizer } = target
        for (const [how, principal] of everyone(object)) {
          const { allowed } = await ask(principal, permission, object)
          const contextualTuples = await decisionTuplesOf({ authorizer, principal, object })
          const question = { relation: permission, contextualTuples }
          const found = await authorizer.listObjects({ ...question, user: principal.id, type: object.type })
          expect([how, found.complete, found.objects.includes(objectIdOf(object))]).toEqual([
            how,
            true,
            allowed,
          ])
          const filter = { type: principal.type }
          const holders = await authorizer.listUsers({ ...question, object: objectIdOf(object), filter })
          expect([how, holders.complete, holders.users.includes(principal.id)]).toEqual([how, true, allowed])
        }
      })
    })
  })
}
