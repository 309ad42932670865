import { type ErrorCode, GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import pg from "pg"

/** Raised by our own triggers. PostgreSQL has no class GH. */
export const auditMissingState = "GH001"
/** The SQLSTATE of our own that the trail's trigger raises against changes of a record. */
export const auditImmutableState = "GH002"

/** SQLSTATEs with a code of their own (PostgreSQL manual, appendix A). */
const byState: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["23505", "postgres.conflict"],
  ["23P01", "postgres.conflict"],
  ["23503", "postgres.reference_conflict"],
  ["23001", "postgres.reference_conflict"],
  ["40001", "postgres.serialization_failure"],
  ["40P01", "postgres.serialization_failure"],
  ["57014", "postgres.statement_timeout"],
  ["55P03", "postgres.statement_timeout"],
  ["25P03", "postgres.transaction_timeout"],
  ["25P04", "postgres.transaction_timeout"],
  ["42501", "postgres.refused_by_policy"],
  ["25006", "postgres.refused_by_policy"],
  ["28P01", "postgres.login_refused"],
  ["28000", "postgres.login_refused"],
  ["53300", "postgres.too_many_connections"],
  ["53100", "postgres.storage_full"],
  ["57P05", "postgres.unavailable"],
  [auditMissingState, "postgres.audit_missing"],
  [auditImmutableState, "postgres.audit_immutable"],
])

/** The rest, by the first two characters. */
const byClass: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["23", "postgres.constraint_violated"],
  ["08", "postgres.unavailable"],
  ["57", "postgres.unavailable"],
  ["53", "postgres.too_many_connections"],
])

/** What Node's sockets and the driver itself report when the server is not there. */
const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
])
const driverWords: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^timeout exceeded when trying to connect/, "postgres.too_many_connections"],
  [/^Connection terminated|not queryable|pool after calling end|^Query read timeout/, "postgres.unavailable"],
]

/**
 * An error of the driver as one of ours. INVARIANT 5: neither the driver's message nor its detail is kept, for both may hold
 * values of rows (and of rows that no policy shows: keys ignore policies). What stays are names that our own code chose:
 * SQLSTATE, constraint, table, column.
 */
export function rewrapDriverError(error: unknown): GatehouseError {
  if (isGatehouseError(error)) return error
  if (error instanceof pg.DatabaseError) return fromServer(error)
  const { code, message } = error as NodeJS.ErrnoException
  if (code !== undefined && unreachable.has(code)) {
    return new GatehouseError("postgres.unavailable", { details: { reason: code } })
  }
  const known = driverWords.find(([words]) => words.test(message))?.[1]
  return new GatehouseError(known ?? "postgres.query_failed", {
    details: { reason: error instanceof Error ? error.name : typeof error },
  })
}

function fromServer(error: pg.DatabaseError): GatehouseError {
  const state = error.code ?? "XX000"
  const code = byState.get(state) ?? byClass.get(state.slice(0, 2)) ?? "postgres.query_failed"
  const { schema, table, column, constraint } = error
  const details = {
    sqlState: state,
    schema,
    table,
    column,
    constraint,
    words: namesOnly(state, error.message),
  }
  return new GatehouseError(code, {
    details: Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)),
  })
}

/**
 * Errors of class 42 speak of tables, columns, types and rights, which the code wrote, never of a value; but for a syntax error,
 * which quotes the place. So do a few of other classes.
 */
const otherWordyStates = new Set(["3F000", "3D000", "25006"])

function namesOnly(state: string, message: string): string | undefined {
  const speaksOfNames = (state.startsWith("42") && state !== "42601") || otherWordyStates.has(state)
  return speaksOfNames ? message : undefined
}

/** True where the error is the unique violation of this very constraint: for a conflict that is an expected answer. */
export function isConflictOn(error: unknown, constraint: string): boolean {
  return (
    isGatehouseError(error) && error.code === "postgres.conflict" && error.details.constraint === constraint
  )
}
