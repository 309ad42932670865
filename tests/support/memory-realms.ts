import {
  type OrganizationId,
  organizationGroups,
  type Principal,
  type ProjectUuid,
  projectGroupPath,
} from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { DirectoryUser } from "@gatehouse/keycloak"
import { testPrincipal } from "@gatehouse/sdk/testing"
import type { RealmDirectory } from "@gatehouse/service-governance"

/** Somebody of a realm. */
export interface RealmMember {
  readonly subject: string
  readonly type?: "user" | "service"
  readonly groups?: readonly string[]
  readonly realmRoles?: readonly string[]
  readonly enabled?: boolean
}

/** Realms in memory: what governance asks of an identity server, for tests of what governance does with the answers. */
export interface MemoryRealms extends RealmDirectory {
  add(organization: OrganizationId, ...members: readonly RealmMember[]): void
  /** The principal that a verified token of this member would give. */
  principal(organization: OrganizationId, subject: string): Principal
  groups(organization: OrganizationId): readonly string[]
  /** Organizations of which the directory was told to forget what it remembers, in order. */
  readonly forgotten: OrganizationId[]
  /** From now on every call fails as an identity server that is down; false ends it. */
  setDown(isDown: boolean): void
  /** Called before each change, so that a test can stop it there. */
  beforeChange: (change: string) => Promise<void>
}

export function createMemoryRealms(): MemoryRealms {
  const members = new Map<OrganizationId, RealmMember[]>()
  const groups = new Map<OrganizationId, Set<string>>()
  let isDown = false

  const reach = () => {
    if (isDown) throw new GatehouseError("authz.unavailable")
  }
  const of = (organization: OrganizationId) => members.get(organization) ?? []
  const groupsOf = (organization: OrganizationId) => {
    const known = groups.get(organization) ?? new Set(Object.values(organizationGroups))
    groups.set(organization, known)
    return known
  }
  const find = (organization: OrganizationId, subject: string, type = "user") =>
    of(organization).find((member) => member.subject === subject && (member.type ?? "user") === type)
  const toPrincipal = (organization: OrganizationId, member: RealmMember) =>
    testPrincipal({
      home: organization,
      type: member.type ?? "user",
      subject: member.subject,
      groups: [...(member.groups ?? [])],
      realmRoles: [...(member.realmRoles ?? [])],
      username: member.subject,
    })

  const realms: MemoryRealms = {
    beforeChange: async () => undefined,
    add: (organization, ...more) => {
      members.set(organization, [...of(organization), ...more])
      for (const path of more.flatMap((member) => member.groups ?? [])) groupsOf(organization).add(path)
    },
    principal: (organization, subject) => {
      const member = of(organization).find((candidate) => candidate.subject === subject)
      if (member === undefined) throw new Error(`no member ${subject}`)
      return toPrincipal(organization, member)
    },
    groups: (organization) => [...groupsOf(organization)],
    setDown: (down) => {
      isDown = down
    },
    ensureRealm: async (organization) => {
      await realms.beforeChange("ensureRealm")
      reach()
      groupsOf(organization)
    },
    listUsers: async (organization, { first, limit }) => {
      reach()
      return of(organization)
        .filter(({ type }) => type !== "service")
        .slice(first, first + limit)
        .map(toUser)
    },
    listClients: async (organization, { first, limit }) => {
      reach()
      return of(organization)
        .filter(({ type }) => type === "service")
        .slice(first, first + limit)
        .map(({ subject }) => ({ clientId: subject, hasServiceAccount: true }))
    },
    forgotten: [],
    forget: (organization) => void realms.forgotten.push(organization),
    findUser: async (organization, subject) => {
      reach()
      const member = find(organization, subject)
      return member === undefined ? undefined : toUser(member)
    },
    findPrincipal: async (organization, type, subject) => {
      reach()
      const member = find(organization, subject, type)
      return member === undefined || member.enabled === false ? undefined : toPrincipal(organization, member)
    },
    findGroup: async (organization, path) => {
      reach()
      if (![...groupsOf(organization)].some((group) => group === path || group.startsWith(`${path}/`)))
        return undefined
      const isInside = (group: string) => group === path || group.startsWith(`${path}/`)
      return { hasMembers: of(organization).some((member) => (member.groups ?? []).some(isInside)) }
    },
    ensureProjectGroups: async (organization, project, roles) => {
      await realms.beforeChange("ensureProjectGroups")
      reach()
      for (const role of roles) groupsOf(organization).add(projectGroupPath(project, role))
    },
    removeProjectGroups: async (organization: OrganizationId, project: ProjectUuid) => {
      await realms.beforeChange("removeProjectGroups")
      reach()
      for (const group of groupsOf(organization)) {
        if (group.startsWith(`/projects/${project}/`)) groupsOf(organization).delete(group)
      }
    },
  }
  return realms
}

function toUser({ subject, enabled = true }: RealmMember): DirectoryUser {
  return { subject, username: subject, email: `${subject}@example.com`, name: subject, enabled }
}
