import { isGatehouseError } from "@gatehouse/kernel"
import { type RealmTemplate, toRealmRepresentation } from "../template/realm-template.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, objectIn, type Representation, textIn } from "../wire/answers.ts"
import { ensureClient, findClient } from "./ensure-client.ts"
import { ensureGroupPath, findGroup } from "./groups.ts"

/** What `ensureRealm` did, in words for a log: `client gatehouse-portal: redirectUris`. Empty where nothing drifted. */
export interface EnsuredRealm {
  readonly created: boolean
  readonly changes: readonly string[]
}

/**
 * Makes a realm what the template says: creates it whole, or changes only what drifted. What the template does not name stays:
 * other clients, groups, roles and mappers, and what administrators set. Safe to run again, and beside itself.
 */
export async function ensureRealm(wire: AdminWire, template: RealmTemplate): Promise<EnsuredRealm> {
  const { realm } = template
  const known = await wire.find({ realm, path: "", operation: "realm.read" })
  if (known === undefined && (await createRealm(wire, template))) {
    return { created: true, changes: [`realm ${realm}`] }
  }
  const current = await readRealm(wire, template, known)
  // One after the other: Keycloak answers concurrent changes of one realm with conflicts.
  const changes = [
    ...(await changeSettings(wire, template, current.settings)),
    ...(await createRoles(wire, template, current.roles)),
    ...(await createGroups(wire, template, current.groups)),
  ]
  for (const [index, client] of template.clients.entries()) {
    changes.push(...(await ensureClient(wire, realm, client, current.clients[index])))
  }
  return { created: false, changes }
}

/** True where it was made now. One that somebody else makes at the same time is not. */
async function createRealm(wire: AdminWire, template: RealmTemplate): Promise<boolean> {
  const body = toRealmRepresentation(template)
  return createOnce(wire, undefined, "", body, "realm.create")
}

interface CurrentRealm {
  readonly settings: Representation
  /** Names. */
  readonly roles: ReadonlySet<string>
  /** Paths. */
  readonly groups: ReadonlySet<string>
  /** In the template's order; undefined where one is missing. */
  readonly clients: readonly (Representation | undefined)[]
}

/** Everything that may have drifted, read at once. */
async function readRealm(
  wire: AdminWire,
  { realm, groups, clients }: RealmTemplate,
  known: unknown,
): Promise<CurrentRealm> {
  const operation = "realm.read"
  const [settings, roles, foundGroups, foundClients] = await Promise.all([
    known ?? wire.read({ realm, path: "", operation }),
    wire.read({ realm, path: "/roles", operation }),
    Promise.all(groups.map((path) => findGroup(wire, realm, path))),
    Promise.all(clients.map(({ clientId }) => findClient(wire, realm, clientId))),
  ])
  return {
    settings: objectIn(settings, operation),
    roles: new Set(listIn(roles, operation).map((role) => textIn(role, "name", operation))),
    groups: new Set(foundGroups.flatMap((group) => (group ? [textIn(group, "path", operation)] : []))),
    clients: foundClients,
  }
}

async function changeSettings(
  wire: AdminWire,
  { realm, settings }: RealmTemplate,
  current: Representation,
): Promise<string[]> {
  const drifted = Object.entries(settings).filter(([name, value]) => current[name] !== value)
  if (drifted.length === 0) return []
  const body = Object.fromEntries(drifted)
  await wire.change({ method: "PUT", realm, path: "", body, operation: "realm.update" })
  return drifted.map(([name]) => `realm: ${name}`)
}

async function createRoles(
  wire: AdminWire,
  { realm, realmRoles }: RealmTemplate,
  known: ReadonlySet<string>,
): Promise<string[]> {
  const missing = realmRoles.filter((name) => !known.has(name))
  for (const name of missing) await createOnce(wire, realm, "/roles", { name }, "role.create")
  return missing.map((name) => `role ${name}`)
}

async function createGroups(
  wire: AdminWire,
  { realm, groups }: RealmTemplate,
  known: ReadonlySet<string>,
): Promise<string[]> {
  const missing = groups.filter((path) => !known.has(path))
  for (const path of missing) await ensureGroupPath(wire, realm, path)
  return missing.map((path) => `group ${path}`)
}

/** Creates what may be there by now: then it is as it should be, and the answer is false. */
async function createOnce(
  wire: AdminWire,
  realm: string | undefined,
  path: string,
  body: unknown,
  operation: string,
): Promise<boolean> {
  try {
    await wire.change({ method: "POST", realm, path, body, operation })
    return true
  } catch (error) {
    if (isGatehouseError(error) && error.code === "identity.conflict") return false
    throw error
  }
}
