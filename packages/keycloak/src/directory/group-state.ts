import { GatehouseError } from "@gatehouse/kernel"
import { findGroup } from "../ensure/groups.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, textIn } from "../wire/answers.ts"

const page = 100
/** Groups that are looked into for one answer; more is no answer, for "nobody" would be a guess. */
const maximumGroups = 500

/** Whether a group exists, and whether anyone is in it or below it. */
export async function groupState(
  wire: AdminWire,
  realm: string,
  path: string,
): Promise<{ readonly hasMembers: boolean } | undefined> {
  const group = await findGroup(wire, realm, path)
  if (!group) return undefined
  const waiting = [textIn(group, "id", "group.read")]
  for (let visited = 0; waiting.length > 0; visited++) {
    if (visited >= maximumGroups) {
      throw new GatehouseError("identity.unexpected_answer", { details: { limit: maximumGroups } })
    }
    const id = waiting.pop() ?? ""
    if (await hasMember(wire, realm, id)) return { hasMembers: true }
    waiting.push(...(await childrenOf(wire, realm, id)))
  }
  return { hasMembers: false }
}

async function hasMember(wire: AdminWire, realm: string, id: string): Promise<boolean> {
  const operation = "group.members"
  const path = `/groups/${id}/members?first=0&max=1&briefRepresentation=true`
  return listIn(await wire.read({ realm, path, operation }), operation).length > 0
}

async function childrenOf(wire: AdminWire, realm: string, id: string): Promise<string[]> {
  const operation = "group.children"
  const ids: string[] = []
  for (let first = 0; first <= maximumGroups; first += page) {
    const path = `/groups/${id}/children?first=${first}&max=${page}&briefRepresentation=true`
    const children = listIn(await wire.read({ realm, path, operation }), operation)
    ids.push(...children.map((child) => textIn(child, "id", operation)))
    if (children.length < page) break
  }
  return ids
}
