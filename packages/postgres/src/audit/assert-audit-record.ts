import { isUuid } from "@gatehouse/contracts"
import { GatehouseError, Secret } from "@gatehouse/kernel"
import type { AuditRecordInput } from "./audit-record.ts"

/** A record names a change; documents and listings belong elsewhere. */
const maximumDetailsBytes = 16_384
const maximumDepth = 8
const maximumIdLength = 512

const actionForm = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/
const typeForm = /^[a-z][a-z0-9_]{0,62}$/

/** Words in a member's name that announce a secret … */
const secretWords = new Set(
  "password passwd passphrase pwd secret secrets token tokens credential credentials authorization cookie cookies jwt otp pin verifier apikey privatekey".split(
    " ",
  ),
)
const secretPairs = new Set(["api key", "private key", "access key", "recovery code", "recovery codes"])
/** … unless the last word says that only something about it is told. */
const descriptions = new Set(
  "id ids name names type types kind count version versions path paths expiry at seconds days length enabled changed rotated policy".split(
    " ",
  ),
)
/** Values that are secrets whatever their name: JSON web tokens, PEM keys, authorization headers, addresses with a password. */
const secretValues = [
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:Bearer|Basic) [A-Za-z0-9._~+/-]{16,}/i,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
]

/**
 * INVARIANT 5: refuses a record with a member that looks like a secret, and one that is malformed or too large. Throws
 * `postgres.audit_record_refused`, which names the member's path and never its value. Returns the details as JSON.
 */
export function assertAuditRecord(record: AuditRecordInput): string {
  if (!actionForm.test(record.action)) refuse("action")
  if (!typeForm.test(record.resource.type)) refuse("resource.type")
  const { id } = record.resource
  if (id.length === 0 || id.length > maximumIdLength || hasNull(id)) refuse("resource.id")
  if (record.intentId !== undefined && !isUuid(record.intentId)) refuse("intentId")
  const details = record.details ?? {}
  inspect(details, "details", 0)
  const json = JSON.stringify(details)
  if (Buffer.byteLength(json, "utf8") > maximumDetailsBytes) refuse("details")
  return json
}

function inspect(value: unknown, path: string, depth: number): void {
  if (depth > maximumDepth) refuse(path)
  switch (typeof value) {
    case "string":
      if (hasNull(value) || secretValues.some((form) => form.test(value))) refuse(path)
      return
    case "number":
      if (!Number.isFinite(value)) refuse(path)
      return
    case "boolean":
    case "undefined":
      return
    case "object":
      if (value !== null) inspectMembers(value, path, depth)
      return
    default:
      refuse(path)
  }
}

function inspectMembers(value: object, path: string, depth: number): void {
  if (value instanceof Secret) refuse(path)
  if (value instanceof Date) return
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}.${name}`
    if (!Array.isArray(value) && (hasNull(name) || announcesSecret(name))) refuse(at)
    inspect(member, at, depth + 1)
  }
}

function announcesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
  if (descriptions.has(words.at(-1) ?? "")) return false
  return words.some(
    (word, index) => secretWords.has(word) || secretPairs.has(`${word} ${words[index + 1] ?? ""}`),
  )
}

function hasNull(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed()
}

function refuse(path: string): never {
  throw new GatehouseError("postgres.audit_record_refused", { details: { path: path.slice(0, 200) } })
}
