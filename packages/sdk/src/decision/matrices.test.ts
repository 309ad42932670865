import {
  type OrganizationId,
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
  permissionModel,
  permissionsOfType,
  principalId,
  projectGroupPath,
  projectGroupTuples,
  projectLinkTuple,
  projectMatrix,
  projectObject,
  projectRoles,
} from "@gatehouse/contracts"
import { describe, expect, it } from "vitest"
import { createInProcessAuthorizer, testPlatformAdministrator, testPrincipal } from "../testing/index.ts"
import { type DecisionObject, decide } from "./decide.ts"

const acme = parseOrganizationId("acme")
const globex = parseOrganizationId("globex")
const project = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
const document = "0d9a9b52-9c36-4f6c-8f57-0a2a4f3f2d11"

const stored = [
  ...organizationTuples(acme),
  ...organizationTuples(globex),
  projectLinkTuple(acme, project),
  ...projectGroupTuples(acme, project),
]

async function ask(
  principal: Principal,
  permission: Permission,
  object: DecisionObject,
  extra: typeof stored = [],
) {
  const authorizer = createInProcessAuthorizer(permissionModel, [...stored, ...extra])
  return decide({ authorizer, principal, permission, object })
}

const organizationObject = { type: "organization", id: acme } as const
const projectDecision = { type: "project", id: project } as const
const resourceDecision = { type: "sbom", id: document, parentProject: project } as const

/** Each way in which one holds a column of the first matrix. */
const organizationHolders: Readonly<Record<OrganizationRole, readonly Principal[]>> = {
  "platform-admin": [testPlatformAdministrator(acme)],
  "tenant-admin": [
    testPrincipal({ home: acme, subject: "by-role", realmRoles: ["tenant-admin"] }),
    testPrincipal({ home: acme, subject: "by-group", groups: [organizationGroups.admin] }),
    testPrincipal({ home: acme, subject: "owner", groups: [organizationGroups.owner] }),
    testPrincipal({ home: acme, subject: "below-owners", groups: ["/org-owners/founders"] }),
  ],
  developer: [testPrincipal({ home: acme, subject: "developer", realmRoles: ["developer"] })],
  viewer: [testPrincipal({ home: acme, subject: "viewer", realmRoles: ["viewer"] })],
}

describe("the first matrix: what belongs to no project", () => {
  for (const [permission, holders] of Object.entries(organizationMatrix)) {
    for (const role of organizationRoles) {
      const allowed = (holders as readonly OrganizationRole[]).includes(role)
      for (const principal of organizationHolders[role]) {
        it(`${role} (${principal.subject}) ${allowed ? "has" : "lacks"} ${permission}`, async () => {
          const decision = await ask(principal, permission as Permission, organizationObject)
          expect(decision).toMatchObject({ allowed, visible: true })
        })
      }
    }
  }

  it("has a row for every permission of the model's organization but seeing it", () => {
    expect([...(permissionsOfType("organization") ?? [])].sort()).toEqual(
      [...Object.keys(organizationMatrix), "can_read"].sort(),
    )
  })

  it("gives a mere member nothing but seeing the organization", async () => {
    const member = testPrincipal({ home: acme, subject: "member", groups: [organizationGroups.member] })
    for (const permission of Object.keys(organizationMatrix) as Permission[]) {
      expect(await ask(member, permission, organizationObject)).toMatchObject({
        allowed: false,
        visible: true,
      })
    }
  })
})

const bound = (role: ProjectRole, user: string) => [{ user, relation: role, object: projectObject(project) }]

describe("the second matrix: inside a project it alone decides", () => {
  for (const [permission, holders] of Object.entries(projectMatrix)) {
    for (const role of projectRoles) {
      const allowed = (holders as readonly ProjectRole[]).includes(role)
      const verdict = `${allowed ? "has" : "lacks"} ${permission}`
      const objects: DecisionObject[] = permissionsOfType("sbom")?.has(permission as Permission)
        ? [projectDecision, resourceDecision]
        : [projectDecision]
      for (const object of objects) {
        it(`${role} by a binding of the user ${verdict} on a ${object.type}`, async () => {
          const user = testPrincipal({ home: acme, subject: "someone" })
          expect(await ask(user, permission as Permission, object, bound(role, user.id))).toMatchObject({
            allowed,
            visible: true,
          })
        })

        it(`${role} by the project's own group ${verdict} on a ${object.type}`, async () => {
          const user = testPrincipal({
            home: acme,
            subject: "someone",
            groups: [projectGroupPath(project, role)],
          })
          expect(await ask(user, permission as Permission, object)).toMatchObject({ allowed, visible: true })
        })
      }

      it(`${role} by a binding of the service account ${verdict}`, async () => {
        const service = testPrincipal({ home: acme, type: "service", subject: "builder" })
        expect(
          await ask(service, permission as Permission, projectDecision, bound(role, service.id)),
        ).toMatchObject({ allowed, visible: true })
      })
    }
  }

  it("has a row for every permission of the model's project but changing its bindings, which owners and admins hold", async () => {
    expect([...(permissionsOfType("project") ?? [])].sort()).toEqual(
      [...Object.keys(projectMatrix), "can_manage_bindings"].sort(),
    )
    for (const role of projectRoles) {
      const user = testPrincipal({ home: acme, subject: "someone" })
      const { allowed } = await ask(user, "can_manage_bindings", projectDecision, bound(role, user.id))
      expect(allowed).toBe(role === "owner" || role === "admin")
    }
  })

  it("makes owners and admins of the organization, and platform administrators, admins of its projects", async () => {
    for (const principal of [
      ...organizationHolders["tenant-admin"],
      ...organizationHolders["platform-admin"],
    ]) {
      for (const [permission, holders] of Object.entries(projectMatrix)) {
        const allowed = (holders as readonly ProjectRole[]).includes("admin")
        expect(await ask(principal, permission as Permission, projectDecision)).toMatchObject({ allowed })
      }
    }
  })

  it("opens nothing to a mere member, nor to the organization's developers and viewers", async () => {
    const others = [
      testPrincipal({ home: acme, subject: "member", groups: [organizationGroups.member] }),
      ...organizationHolders.developer,
      ...organizationHolders.viewer,
    ]
    for (const principal of others) {
      for (const permission of Object.keys(projectMatrix) as Permission[]) {
        expect(await ask(principal, permission, projectDecision)).toMatchObject({
          allowed: false,
          visible: false,
        })
      }
    }
  })
})

describe("between organizations", () => {
  const foreigners: readonly (readonly [string, Principal])[] = [
    [
      "an owner of another organization",
      testPrincipal({ home: globex, subject: "o", groups: ["/org-owners"] }),
    ],
    [
      "a tenant administrator of another",
      testPrincipal({ home: globex, subject: "a", realmRoles: ["tenant-admin"] }),
    ],
    [
      "one who claims the platform's role in a realm that is not the platform's",
      testPrincipal({ home: globex, subject: "p", realmRoles: ["platform-admin"] }),
    ],
    [
      "one in a group of the same path in another realm",
      testPrincipal({ home: globex, subject: "g", groups: [projectGroupPath(project, "owner")] }),
    ],
    ["a platform administrator who acts in another organization", testPlatformAdministrator(globex)],
    ["a platform administrator who acts in none", testPlatformAdministrator("platform" as OrganizationId)],
  ]
  const objects: readonly DecisionObject[] = [organizationObject, projectDecision, resourceDecision]

  it.each(foreigners)("%s sees nothing and may do nothing", async (_who, principal) => {
    for (const object of objects) {
      for (const permission of permissionsOfType(object.type) ?? []) {
        expect(await ask(principal, permission, object)).toMatchObject({ allowed: false, visible: false })
      }
    }
  })

  it("a binding that crosses organizations, were it ever stored, counts for nothing", async () => {
    const user = testPrincipal({ home: globex, subject: "someone" })
    expect(await ask(user, "can_read", projectDecision, bound("owner", user.id))).toMatchObject({
      allowed: false,
      visible: false,
    })
  })

  it("the roles of the platform's own realm count only as the platform's", async () => {
    const operator = testPrincipal({
      home: "platform" as OrganizationId,
      organization: acme,
      subject: "operator",
      realmRoles: ["tenant-admin", "developer", "viewer"],
      groups: ["/org-owners"],
    })
    expect(await ask(operator, "can_read", organizationObject)).toMatchObject({
      allowed: false,
      visible: false,
    })
  })

  it("an API key takes no role from what the realm says", async () => {
    const key = testPrincipal({ home: acme, type: "api_key", subject: "k", realmRoles: ["tenant-admin"] })
    expect(await ask(key, "can_manage_settings", organizationObject)).toMatchObject({
      allowed: false,
      visible: true,
    })
  })

  it("two subjects of one spelling in two realms are two principals", () => {
    expect(principalId("user", acme, "same")).not.toBe(principalId("user", globex, "same"))
  })
})
