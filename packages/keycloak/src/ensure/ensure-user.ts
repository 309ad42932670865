import { GatehouseError, isGatehouseError, revealSecret, type Secret } from "@gatehouse/kernel"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, type Representation, textIn } from "../wire/answers.ts"
import { readPages } from "../wire/read-pages.ts"
import { ensureGroupPath } from "./groups.ts"

/** A user that is to be. */
export interface UserSpecification {
  readonly username: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly firstName?: string
  readonly lastName?: string
  readonly enabled?: boolean
  /** Set when the user is made; an existing user keeps the own one unless `resetPassword` says otherwise. */
  readonly password?: Secret
  readonly resetPassword?: boolean
  /** Full paths; memberships beyond these stay. */
  readonly groups?: readonly string[]
  /** Names of realm roles; roles beyond these stay. */
  readonly realmRoles?: readonly string[]
}

/** What was done so that the user is as asked; `changes` names the members that differed. */
export interface EnsuredUser {
  readonly id: string
  readonly created: boolean
  readonly changes: readonly string[]
}

const profileMembers = ["email", "emailVerified", "firstName", "lastName", "enabled"] as const

/** Makes a user with at least these groups and roles. Changes only what drifted; safe to run again. */
export async function ensureUser(
  wire: AdminWire,
  realm: string,
  specification: UserSpecification,
): Promise<EnsuredUser> {
  const known = await findUser(wire, realm, specification.username)
  const { id, created } = known
    ? { id: textIn(known, "id", "user.read"), created: false }
    : await createUser(wire, realm, specification)
  const changes = created ? ["user"] : await ensureProfile(wire, realm, id, known ?? {}, specification)
  changes.push(...(await ensureMemberships(wire, realm, id, specification.groups ?? [])))
  changes.push(...(await ensureRealmRoles(wire, realm, id, specification.realmRoles ?? [])))
  return { id, created, changes }
}

async function findUser(
  wire: AdminWire,
  realm: string,
  username: string,
): Promise<Representation | undefined> {
  const operation = "user.read"
  const path = `/users?exact=true&username=${encodeURIComponent(username)}`
  const [user] = listIn(await wire.read({ realm, path, operation }), operation)
  return user
}

async function createUser(wire: AdminWire, realm: string, specification: UserSpecification) {
  const { username, password } = specification
  const body = {
    username,
    enabled: true,
    ...profileOf(specification),
    // In the same call, so that a user without a password is never left behind.
    ...(password === undefined
      ? {}
      : { credentials: [{ type: "password", value: revealSecret(password), temporary: false }] }),
  }
  try {
    const id = await wire.create({ realm, path: "/users", body, operation: "user.create" })
    return { id, created: true }
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== "identity.conflict") throw error
    const made = await findUser(wire, realm, username)
    if (!made) throw error
    return { id: textIn(made, "id", "user.create"), created: false }
  }
}

async function ensureProfile(
  wire: AdminWire,
  realm: string,
  id: string,
  known: Representation,
  specification: UserSpecification,
): Promise<string[]> {
  const wanted = profileOf(specification)
  const drifted = Object.entries(wanted).filter(([member, value]) => known[member] !== value)
  if (drifted.length > 0) {
    // E-mail and names go along always: Keycloak wipes what is missing beside `attributes`, and we send none.
    const kept = Object.fromEntries(profileMembers.map((member) => [member, wanted[member] ?? known[member]]))
    const body = { username: known.username, ...kept }
    await wire.change({ method: "PUT", realm, path: `/users/${id}`, body, operation: "user.update" })
  }
  const changes = drifted.map(([member]) => member)
  if (!specification.resetPassword || specification.password === undefined) return changes
  const value = revealSecret(specification.password)
  await wire.change({
    method: "PUT",
    realm,
    path: `/users/${id}/reset-password`,
    body: { type: "password", value, temporary: false },
    operation: "user.reset_password",
  })
  return [...changes, "password"]
}

function profileOf(
  specification: UserSpecification,
): Partial<Record<(typeof profileMembers)[number], unknown>> {
  return Object.fromEntries(
    profileMembers.flatMap((member) => {
      const value = specification[member]
      return value === undefined ? [] : [[member, member === "email" ? String(value).toLowerCase() : value]]
    }),
  )
}

async function ensureMemberships(
  wire: AdminWire,
  realm: string,
  id: string,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return []
  const held = new Set(await groupPathsOf(wire, realm, id))
  const missing = paths.filter((path) => !held.has(path))
  for (const path of missing) {
    const group = await ensureGroupPath(wire, realm, path)
    await wire.change({
      method: "PUT",
      realm,
      path: `/users/${id}/groups/${group.id}`,
      body: {},
      operation: "user.join_group",
    })
  }
  return missing.map((path) => `group ${path}`)
}

async function ensureRealmRoles(
  wire: AdminWire,
  realm: string,
  id: string,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return []
  const operation = "user.give_role"
  const path = `/users/${id}/role-mappings/realm`
  const listed = listIn(await wire.read({ realm, path, operation }), operation)
  const held = new Set(listed.map((role) => textIn(role, "name", operation)))
  const missing = names.filter((name) => !held.has(name))
  const roles = await Promise.all(
    missing.map(async (name) => {
      const role = await wire.find({ realm, path: `/roles/${encodeURIComponent(name)}`, operation })
      if (role === undefined) throw new GatehouseError("identity.not_found", { details: { operation } })
      return role
    }),
  )
  if (roles.length > 0) await wire.change({ method: "POST", realm, path, body: roles, operation })
  return missing.map((name) => `role ${name}`)
}

/** More groups than this are no answer: a caller that cuts the list would deny, or allow, at random. */
const maximumGroups = 5_000

/** Full paths of every group that a user is a direct member of. */
export async function groupPathsOf(
  wire: AdminWire,
  realm: string,
  userId: string,
): Promise<readonly string[]> {
  const operation = "user.groups"
  const path = `/users/${encodeURIComponent(userId)}/groups`
  const groups = await readPages(wire, { realm, path, operation }, maximumGroups)
  return [...new Set(groups.map((group) => textIn(group, "path", operation)))]
}
