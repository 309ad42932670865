import type { Route } from "./route.ts"

/** What a path and a method come to. `method` is a known path under a method that it does not have. */
export type RouteMatch =
  | { readonly kind: "route"; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "method"; readonly streams: boolean }
  | { readonly kind: "path" }
  /** A path that cannot be decoded. */
  | { readonly kind: "malformed" }

interface Segment {
  readonly literals: Map<string, Segment>
  /** What matches any segment that no literal matches, the empty one included. */
  parameter: Segment | undefined
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>
}

const createSegment = (): Segment => ({ literals: new Map(), parameter: undefined, routes: new Map() })

/** Finds the route of a request in time that does not depend on how many there are. */
export function createRouteTable(routes: readonly Route[]): (method: string, path: string) => RouteMatch {
  const root = createSegment()
  for (const route of routes) insert(root, route)
  return (method, path) => find(root, method, path)
}

function insert(root: Segment, route: Route): void {
  let segment = root
  const names: string[] = []
  for (const part of route.path.split("/").slice(1)) {
    if (part.startsWith(":")) {
      names.push(part.slice(1))
      segment.parameter ??= createSegment()
      segment = segment.parameter
    } else {
      const next = segment.literals.get(part) ?? createSegment()
      segment.literals.set(part, next)
      segment = next
    }
  }
  segment.routes.set(route.method, { route, names })
}

function find(root: Segment, method: string, path: string): RouteMatch {
  let segment: Segment | undefined = root
  const values: string[] = []
  for (const part of path.split("/").slice(1)) {
    const literal: Segment | undefined = segment.literals.get(part)
    if (literal === undefined) values.push(part)
    segment = literal ?? segment.parameter
    if (segment === undefined) return { kind: "path" }
  }
  const found = segment.routes.get(method)
  if (found === undefined) return withoutMethod(segment)
  const parameters: Record<string, string> = {}
  for (const [index, name] of found.names.entries()) {
    const value = decode(values[index] ?? "")
    if (value === undefined) return { kind: "malformed" }
    parameters[name] = value
  }
  return { kind: "route", route: found.route, parameters }
}

function withoutMethod({ routes }: Segment): RouteMatch {
  if (routes.size === 0) return { kind: "path" }
  const streams = [...routes.values()].some(({ route }) => route.streams === true)
  return { kind: "method", streams }
}

function decode(part: string): string | undefined {
  if (!part.includes("%")) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
