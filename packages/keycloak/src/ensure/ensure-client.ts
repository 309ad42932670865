import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { MapperTemplate } from "../template/mappers.ts"
import type { ClientTemplate } from "../template/realm-template.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import { isRepresentation, listIn, type Representation, textIn } from "../wire/answers.ts"

/** The client of that client id, or undefined. */
export async function findClient(
  wire: AdminWire,
  realm: string,
  clientId: string,
): Promise<Representation | undefined> {
  const operation = "client.read"
  const path = `/clients?clientId=${encodeURIComponent(clientId)}`
  const listed = listIn(await wire.read({ realm, path, operation }), operation)
  return listed.find((client) => client.clientId === clientId)
}

/**
 * Makes one client what the template says; `current` is what was just read. Redirect URIs and origins are the template's
 * exactly; other mappers stay.
 */
export async function ensureClient(
  wire: AdminWire,
  realm: string,
  template: ClientTemplate,
  current: Representation | undefined,
): Promise<string[]> {
  const name = `client ${template.clientId}`
  if (!current) {
    try {
      await wire.change({
        method: "POST",
        realm,
        path: "/clients",
        body: template,
        operation: "client.create",
      })
      return [name]
    } catch (error) {
      if (!isGatehouseError(error) || error.code !== "identity.conflict") throw error
    }
  }
  const known = current ?? (await findClient(wire, realm, template.clientId))
  if (!known) throw new GatehouseError("identity.not_found", { details: { operation: "client.update" } })
  const id = textIn(known, "id", "client.update")
  const drifted = driftOf(known, template)
  if (drifted.length > 0) {
    // Keycloak keeps what is missing and merges attributes; the client id has to be there.
    const body = Object.fromEntries(
      ["clientId", ...drifted].map((member) => [member, template[member as keyof ClientTemplate]]),
    )
    await wire.change({ method: "PUT", realm, path: `/clients/${id}`, body, operation: "client.update" })
  }
  const mappers = await ensureMappers(wire, realm, id, known, template.protocolMappers)
  return [...drifted, ...mappers].map((member) => `${name}: ${member}`)
}

function driftOf(current: Representation, template: ClientTemplate): string[] {
  return Object.entries(template).flatMap(([member, wanted]) => {
    if (member === "protocolMappers") return []
    const present = current[member]
    if (Array.isArray(wanted)) return sameSet(present, wanted) ? [] : [member]
    if (isRepresentation(wanted)) return includes(present, wanted) ? [] : [member]
    return present === wanted ? [] : [member]
  })
}

async function ensureMappers(
  wire: AdminWire,
  realm: string,
  clientUuid: string,
  client: Representation,
  wanted: readonly MapperTemplate[],
): Promise<string[]> {
  const operation = "mapper.update"
  const present = listIn(client.protocolMappers ?? [], operation)
  const changed: string[] = []
  for (const mapper of wanted) {
    const existing = present.find(({ name }) => name === mapper.name)
    const models = `/clients/${clientUuid}/protocol-mappers/models`
    if (!existing) {
      await wire.change({ method: "POST", realm, path: models, body: mapper, operation })
    } else if (!isSameMapper(existing, mapper)) {
      const id = textIn(existing, "id", operation)
      await wire.change({ method: "PUT", realm, path: `${models}/${id}`, body: { ...mapper, id }, operation })
    } else continue
    changed.push(`mapper ${mapper.name}`)
  }
  return changed
}

function isSameMapper(existing: Representation, mapper: MapperTemplate): boolean {
  return existing.protocolMapper === mapper.protocolMapper && includes(existing.config, mapper.config)
}

function sameSet(present: unknown, wanted: readonly unknown[]): boolean {
  if (!Array.isArray(present)) return wanted.length === 0
  const has = new Set(present)
  return has.size === new Set(wanted).size && wanted.every((value) => has.has(value))
}

function includes(present: unknown, wanted: Readonly<Record<string, unknown>>): boolean {
  const members = isRepresentation(present) ? present : {}
  return Object.entries(wanted).every(([name, value]) => members[name] === value)
}
