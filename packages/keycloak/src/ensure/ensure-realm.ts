import { isGatehouseError } from "@gatehouse/kernel"
import { type RealmTemplate, toRealmRepresentation } from "../template/realm-template.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, objectIn, textIn } from "../wire/answers.ts"
import { ensureClient } from "./ensure-client.ts"
import { ensureGroupPath } from "./groups.ts"

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
  if (await createRealm(wire, template)) return { created: true, changes: [`realm ${template.realm}`] }
  const changes = [
    ...(await ensureSettings(wire, template)),
    ...(await ensureRoles(wire, template)),
    ...(await ensureGroups(wire, template)),
  ]
  for (const client of template.clients) changes.push(...(await ensureClient(wire, template.realm, client)))
  return { created: false, changes }
}

/** True where it was made now. One that somebody else makes at the same time is not. */
async function createRealm(wire: AdminWire, template: RealmTemplate): Promise<boolean> {
  const known = await wire.find({ realm: template.realm, path: "", operation: "realm.read" })
  if (known !== undefined) return false
  try {
    await wire.change({
      method: "POST",
      realm: undefined,
      path: "",
      body: toRealmRepresentation(template),
      operation: "realm.create",
    })
    return true
  } catch (error) {
    if (isGatehouseError(error) && error.code === "identity.conflict") return false
    throw error
  }
}

async function ensureSettings(wire: AdminWire, { realm, settings }: RealmTemplate): Promise<string[]> {
  const operation = "realm.update"
  const current = objectIn(await wire.read({ realm, path: "", operation }), operation)
  const drifted = Object.entries(settings).filter(([name, value]) => current[name] !== value)
  if (drifted.length === 0) return []
  await wire.change({ method: "PUT", realm, path: "", body: Object.fromEntries(drifted), operation })
  return drifted.map(([name]) => `realm: ${name}`)
}

async function ensureRoles(wire: AdminWire, { realm, realmRoles }: RealmTemplate): Promise<string[]> {
  const operation = "role.create"
  const listed = listIn(await wire.read({ realm, path: "/roles", operation }), operation)
  const known = new Set(listed.map((role) => textIn(role, "name", operation)))
  const missing = realmRoles.filter((name) => !known.has(name))
  for (const name of missing) await createOnce(wire, realm, "/roles", { name }, operation)
  return missing.map((name) => `role ${name}`)
}

async function ensureGroups(wire: AdminWire, { realm, groups }: RealmTemplate): Promise<string[]> {
  const made: string[] = []
  for (const path of groups) {
    if ((await ensureGroupPath(wire, realm, path)).created) made.push(`group ${path}`)
  }
  return made
}

/** Creates what may be there by now: then it is as it should be. */
async function createOnce(
  wire: AdminWire,
  realm: string,
  path: string,
  body: unknown,
  operation: string,
): Promise<void> {
  try {
    await wire.change({ method: "POST", realm, path, body, operation })
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== "identity.conflict") throw error
  }
}
