import {
  decodeIdSegment,
  groupId,
  type OrganizationId,
  type PrincipalType,
  parsePrincipalId,
} from "@gatehouse/contracts"
import type { RealmDirectory } from "../directory/realm-directory.ts"

/** Who holds a role: a principal, or the members of a realm group. */
export type BindingSubject =
  | {
      readonly kind: "principal"
      readonly id: string
      readonly type: Extract<PrincipalType, "user" | "service">
      readonly organization: OrganizationId
      readonly subject: string | undefined
    }
  | {
      readonly kind: "group"
      readonly id: string
      readonly organization: OrganizationId
      /** Undefined where the id holds only a digest of one of its names. */
      readonly path: string | undefined
    }

const groupForm = /^group:([a-z0-9-]+)\/([^#:*\s]+)$/

/**
 * Takes `user:<org>/<subject>`, `service:<org>/<client id>` or `group:<org>/<path>` apart, in the spelling that ids have in the
 * store; undefined for anything else. An API key holds no role of its own.
 */
export function parseBindingSubject(text: string): BindingSubject | undefined {
  const principal = parsePrincipalId(text)
  if (principal !== undefined) {
    const { type, organization, subject } = principal
    return type === "api_key" ? undefined : { kind: "principal", id: text, type, organization, subject }
  }
  const [, organization, tail] = groupForm.exec(text) ?? []
  if (organization === undefined || tail === undefined) return undefined
  const names = tail.split("/").map(segmentName)
  if (names.includes(undefined)) return undefined
  const path = names.includes("") ? undefined : `/${names.join("/")}`
  return { kind: "group", id: text, organization: organization as OrganizationId, path }
}

/** A group's own name; "" for a digest; undefined for what no encoding gives. */
function segmentName(segment: string): string | undefined {
  if (/^%h[0-9a-f]{64}$/.test(segment)) return ""
  const name = decodeIdSegment(segment)
  return name === "" ? undefined : name
}

/** The user of the tuple by which the subject holds a role. */
export function tupleUserOf({ kind, id }: BindingSubject): string {
  return kind === "group" ? `${id}#member` : id
}

/** The subject of a stored binding, as the API writes it. */
export function subjectOfTuple(user: string): string {
  return user.replace(/#member$/, "")
}

/**
 * Whether the directory knows the subject in that organization. A subject of another organization is never asked about: it
 * is unknown here (INVARIANT 7).
 */
export async function isKnownSubject(
  realms: RealmDirectory,
  organization: OrganizationId,
  subject: BindingSubject,
): Promise<boolean> {
  if (subject.organization !== organization) return false
  if (subject.kind === "group") {
    if (subject.path === undefined || groupId(organization, subject.path) !== subject.id) return false
    return (await realms.findGroup(organization, subject.path)) !== undefined
  }
  if (subject.subject === undefined) return false
  return (await realms.findPrincipal(organization, subject.type, subject.subject)) !== undefined
}

/** Whether at least one person or service acts through the subject: an empty group owns nothing. */
export async function isInhabited(realms: RealmDirectory, subject: BindingSubject): Promise<boolean> {
  if (subject.kind === "principal") return isKnownSubject(realms, subject.organization, subject)
  if (subject.path === undefined) return false
  return (await realms.findGroup(subject.organization, subject.path))?.hasMembers === true
}
