import { groupId, type OrganizationId } from "@gatehouse/contracts"
import { type ApiClient, GatehouseError } from "@gatehouse/sdk/client"
import { collectItems } from "./collect-items.ts"

/**
 * The id of whoever a text means: an id (`user:acme/…`) stands for itself, a path (`/team`) is the realm group, anything else
 * a member's user name. Throws `cli.unknown_subject`.
 */
export async function findSubject(api: ApiClient, organization: string, text: string): Promise<string> {
  if (text.includes(":")) return text
  if (text.startsWith("/")) return groupId(organization as OrganizationId, text)
  const members = await collectItems(api.members.list)
  const member = members.find(({ username }) => username === text)
  if (member === undefined) throw new GatehouseError("cli.unknown_subject")
  return member.principal
}
