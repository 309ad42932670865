import { GatehouseError } from "@gatehouse/kernel"
import { findGroup } from "../ensure/groups.ts"
import type { AdminWire } from "../wire/admin-wire.ts"
import { listIn, textIn } from "../wire/answers.ts"
import { readPages } from "../wire/read-pages.ts"

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
  const children = await readPages(wire, { realm, path: `/groups/${id}/children`, operation }, maximumGroups)
  return children.map((child) => textIn(child, "id", operation))
}
