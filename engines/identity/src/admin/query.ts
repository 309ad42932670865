import type { Slice } from "../store/scope.ts"
import { invalid } from "./refusals.ts"

/** Parameters of a query, each at most once. */
export interface AdminQuery {
  text(name: string): string | undefined
  flag(name: string): boolean | undefined
  /** `first` and `max`; a negative `max` means all, as in Keycloak. */
  slice(defaultMax: number | undefined): Slice
}

/** Rows that Keycloak lists where `max` is not given: users and members. */
export const defaultUserPage = 100
/** The same for the children of a group. */
export const defaultChildrenPage = 10

/** Filters that Keycloak has and this engine lacks. They are refused: a filter that is passed over lists too much. */
const unsupported = ["q", "idpAlias", "idpUserId", "createdAfter", "createdBefore"]

/** The query as the router parsed it. Throws 400 for a parameter that comes twice or is not of its form. */
export function readQuery(query: Readonly<Record<string, unknown>>): AdminQuery {
  const filter = unsupported.find((name) => query[name] !== undefined)
  if (filter) throw invalid(`The parameter ${filter} is not supported by this engine`)
  const text = (name: string) => {
    const value = query[name]
    if (value === undefined) return undefined
    if (typeof value !== "string") throw invalid(`The parameter ${name} is given more than once`)
    return value
  }
  const count = (name: string) => {
    const value = text(name)
    if (value === undefined || value === "") return undefined
    if (!/^-?\d{1,9}$/.test(value)) throw invalid(`The parameter ${name} is not a number`)
    return Number(value)
  }
  return {
    text,
    flag(name) {
      const value = text(name)
      return value === undefined || value === "" ? undefined : value === "true"
    },
    slice(defaultMax) {
      const max = count("max") ?? defaultMax
      return { first: Math.max(count("first") ?? 0, 0), max: max !== undefined && max < 0 ? undefined : max }
    },
  }
}
