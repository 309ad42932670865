import type { RequestTarget } from "../request/parse-request-target.ts"
import type { Route } from "./route.ts"

/** A route and what its pattern's names stand for, as written in the path. */
export interface MatchedRoute {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
}

/** The route of a method and a path, or undefined. HEAD is matched as GET; query and fragment are never looked at. */
export type RouteMatcher = (
  method: string,
  target: Pick<RequestTarget, "segments">,
) => MatchedRoute | undefined

interface CompiledRoute {
  readonly route: Route
  readonly parts: readonly PatternPart[]
}

type PatternPart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "segment" | "rest"; readonly name: string }

/** Compiles the table once. Of several routes that match, the one with the earlier literal wins. */
export function createRouteMatcher(table: readonly Route[]): RouteMatcher {
  const compiled = table.map((route): CompiledRoute => ({ route, parts: partsOf(route.pattern) }))
  compiled.sort((left, right) => rankOf(left).localeCompare(rankOf(right)))
  const byMethod = Map.groupBy(compiled, ({ route }) => route.method as string)
  return (method, { segments }) => {
    for (const { route, parts } of byMethod.get(method === "HEAD" ? "GET" : method) ?? []) {
      const parameters = match(parts, segments)
      if (parameters) return { route, parameters }
    }
    return undefined
  }
}

function partsOf(pattern: string): PatternPart[] {
  return pattern
    .slice(1)
    .split("/")
    .map((text) => {
      const [, name, star] = /^\{([a-z]+)(\*?)\}$/.exec(text) ?? []
      if (name === undefined) return { kind: "literal", text }
      return { kind: star === "*" ? "rest" : "segment", name }
    })
}

/** Literals sort before segments, segments before rests, place by place. */
function rankOf({ parts }: CompiledRoute): string {
  return parts.map(({ kind }) => ({ literal: "0", segment: "1", rest: "2" })[kind]).join("")
}

function match(
  parts: readonly PatternPart[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const takesRest = parts.at(-1)?.kind === "rest"
  if (takesRest ? segments.length < parts.length : segments.length !== parts.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? ""
    if (part.kind === "literal") {
      if (segment !== part.text) return undefined
    } else {
      const value = part.kind === "rest" ? segments.slice(index).join("/") : segment
      if (value === "") return undefined
      parameters[part.name] = value
    }
  }
  return parameters
}
