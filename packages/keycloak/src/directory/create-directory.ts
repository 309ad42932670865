import {
  type OrganizationId,
  type Principal,
  type PrincipalType,
  type ProjectRole,
  type ProjectUuid,
  principalId,
} from "@gatehouse/contracts"
import { type Clock, GatehouseError, systemClock } from "@gatehouse/kernel"
import { ensureProjectGroups, removeProjectGroups } from "../ensure/groups.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, optionalText, type Representation, textIn } from "../wire/answers.ts"
import { groupState } from "./group-state.ts"
import { fullName, type PrincipalFacts, readPrincipal, readUser } from "./read-principal.ts"
import { createShortCache } from "./short-cache.ts"

/** A user as a realm lists it. Service accounts are none. */
export interface DirectoryUser {
  readonly subject: string
  readonly username: string
  readonly email: string | undefined
  readonly name: string | undefined
  readonly enabled: boolean
}

/** A client as a realm lists it. It acts as a service where it has a service account. */
export interface DirectoryClient {
  readonly clientId: string
  readonly hasServiceAccount: boolean
}

/**
 * The identity server asked about somebody who is not the bearer of a token, and about a realm's users and groups.
 * Tenant scope: one organization a call, its realm and nothing else. Where the server cannot be reached every method throws
 * (`identity.unavailable`; `findPrincipal` says `authz.unavailable`): no answer is never an empty answer.
 */
export interface Directory {
  /** Undefined where there is no such principal; API keys are not the directory's. */
  principalFacts(
    organization: OrganizationId,
    type: PrincipalType,
    subject: string,
  ): Promise<PrincipalFacts | undefined>
  /** The same as a principal that acts in its own organization; undefined also where it is disabled. */
  findPrincipal(
    organization: OrganizationId,
    type: PrincipalType,
    subject: string,
  ): Promise<Principal | undefined>
  /** Users by user name, from the `first`th on, at most `limit`. */
  listUsers(
    organization: OrganizationId,
    page: { readonly first: number; readonly limit: number },
  ): Promise<readonly DirectoryUser[]>
  /** Clients by client id, from the `first`th on, at most `limit`: those that are services, and those that are none. */
  listClients(
    organization: OrganizationId,
    page: { readonly first: number; readonly limit: number },
  ): Promise<readonly DirectoryClient[]>
  findUser(organization: OrganizationId, subject: string): Promise<DirectoryUser | undefined>
  /** Whether there is a group of that full path, and whether anyone is in it or below it. */
  findGroup(organization: OrganizationId, path: string): Promise<{ readonly hasMembers: boolean } | undefined>
  /** Makes the group of each of these roles of a project. Idempotent. */
  ensureProjectGroups(
    organization: OrganizationId,
    project: ProjectUuid,
    roles: readonly ProjectRole[],
  ): Promise<void>
  /** Removes the project's groups and what is below them. Idempotent. */
  removeProjectGroups(organization: OrganizationId, project: ProjectUuid): Promise<void>
  /**
   * Forgets what is remembered of the organization's principals, answers under way included: called with each event of the
   * revocation feed, so that what it tells of holds at once and not only when the memory ends. Of everyone, since the feed names
   * sessions, and service accounts by their user.
   */
  forget(organization: OrganizationId): void
}

/** Where facts come from and how long they are remembered. */
export interface DirectoryOptions {
  readonly wire: AdminWire
  /** The realm of an organization; by default of the same name. */
  readonly realmOf?: (organization: OrganizationId) => string
  /** How long facts of a principal are remembered: the bound on a wrong yes that ARCHITECTURE.md sets. 1,000 by default. */
  readonly cacheMilliseconds?: number
  readonly clock?: Clock
}

/** ARCHITECTURE.md, "The replica": groups and roles that change through Gatehouse are known within a second. */
const defaultCacheMilliseconds = 1_000

/** Reads principals from the identity server. Throws `authz.unavailable` where it does not answer: nobody is guessed. */
export function createDirectory(options: DirectoryOptions): Directory {
  const { wire, clock = systemClock, realmOf = (organization) => organization } = options
  const cache = createShortCache<PrincipalFacts | undefined>(
    options.cacheMilliseconds ?? defaultCacheMilliseconds,
    clock,
  )
  const principalFacts: Directory["principalFacts"] = (organization, type, subject) =>
    cache.get([organization, subject, type], () => readPrincipal(wire, realmOf(organization), type, subject))
  return {
    principalFacts,
    async findPrincipal(organization, type, subject) {
      const facts = await principalFacts(organization, type, subject).catch((error: unknown) => {
        throw new GatehouseError("authz.unavailable", { cause: error })
      })
      return facts?.enabled ? toPrincipal(organization, type, subject, facts) : undefined
    },
    async listUsers(organization, { first, limit }) {
      const operation = "user.list"
      const path = `/users?first=${first}&max=${limit}&briefRepresentation=true`
      const users = listIn(await wire.read({ realm: realmOf(organization), path, operation }), operation)
      return users.map((user) => toDirectoryUser(user, operation))
    },
    async listClients(organization, { first, limit }) {
      const operation = "client.list"
      const path = `/clients?first=${first}&max=${limit}`
      const clients = listIn(await wire.read({ realm: realmOf(organization), path, operation }), operation)
      return clients.map((client) => ({
        clientId: textIn(client, "clientId", operation),
        hasServiceAccount: client.serviceAccountsEnabled === true,
      }))
    },
    async findUser(organization, subject) {
      const user = await readUser(wire, realmOf(organization), subject)
      return user && toDirectoryUser(user, "user.read")
    },
    findGroup: (organization, path) => groupState(wire, realmOf(organization), path),
    async ensureProjectGroups(organization, project, roles) {
      await ensureProjectGroups(wire, realmOf(organization), project, roles)
    },
    async removeProjectGroups(organization, project) {
      await removeProjectGroups(wire, realmOf(organization), project)
      cache.forget([organization])
    },
    forget: (organization) => cache.forget([organization]),
  }
}

function toPrincipal(
  organization: OrganizationId,
  type: PrincipalType,
  subject: string,
  { groups, realmRoles, username, email, name }: PrincipalFacts,
): Principal {
  return {
    id: principalId(type, organization, subject),
    type,
    subject,
    home: organization,
    organization,
    groups,
    realmRoles,
    scopes: [],
    sessionId: undefined,
    username,
    email,
    name,
  }
}

function toDirectoryUser(user: Representation, operation: string): DirectoryUser {
  return {
    subject: textIn(user, "id", operation),
    username: textIn(user, "username", operation),
    email: optionalText(user, "email"),
    name: fullName(user),
    enabled: user.enabled === true,
  }
}
