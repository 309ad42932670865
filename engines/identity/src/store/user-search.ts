import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from "kysely"
import { normalizeUsername } from "./names.ts"
import type { IdentityTables } from "./schema.ts"

/** Which users a list is of. Every part given must hold. */
export interface UserFilter {
  /** Words over user name, e-mail and both names, each of which must match one: `x` as prefix, `*x*` anywhere, `"x"` exactly. */
  readonly search?: string | undefined
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly enabled?: boolean | undefined
  readonly emailVerified?: boolean | undefined
  /** Whether `username` and the other named members must equal; otherwise they may stand anywhere. */
  readonly exact?: boolean | undefined
}

type Builder = ExpressionBuilder<IdentityTables, "identity.user_account">
type Condition = ExpressionWrapper<IdentityTables, "identity.user_account", SqlBool>

const fields = {
  username: sql<string>`username`,
  email: sql<string>`coalesce(email, '')`,
  firstName: sql<string>`lower(coalesce(first_name, ''))`,
  lastName: sql<string>`lower(coalesce(last_name, ''))`,
}
const searched = Object.values(fields)

/** The filter as conditions of a query. Service accounts are among the users only where `username` is asked for. */
export function userConditions(where: Builder, filter: UserFilter): Condition {
  const conditions: Condition[] = []
  if (filter.username === undefined) conditions.push(where("service_account_client", "is", null))
  if (filter.enabled !== undefined) conditions.push(where("enabled", "=", filter.enabled))
  if (filter.emailVerified !== undefined) conditions.push(where("email_verified", "=", filter.emailVerified))
  for (const [name, field] of Object.entries(fields)) {
    const asked = filter[name as keyof typeof fields]
    if (asked === undefined) continue
    const text = normalizeUsername(asked)
    conditions.push(where(field, "like", filter.exact ? escapeLike(text) : `%${escapeLike(text)}%`))
  }
  for (const word of searchWords(filter.search ?? "")) {
    conditions.push(where.or(searched.map((field) => where(field, "like", patternOf(word)))))
  }
  return where.and(conditions)
}

function searchWords(search: string): string[] {
  return search.match(/"[^"]*"|\S+/g) ?? []
}

function patternOf(word: string): string {
  if (word.length > 1 && word.startsWith('"') && word.endsWith('"')) {
    return escapeLike(normalizeUsername(word.slice(1, -1)))
  }
  const text = normalizeUsername(word)
  const escaped = text.split("*").map(escapeLike).join("%")
  return text.includes("*") ? escaped : `${escaped}%`
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&")
}
