import { invalidRequest } from "@gatehouse/sdk"

/** The size of what one question may carry for conditions, as OpenFGA bounds the context of a tuple: 32 KiB of JSON. */
export const maximumFactsBytes = 32_768
/** Nesting that no fact needs: it bounds what walks over a context, here and at the authorization server. */
export const maximumFactsDepth = 16

/** Throws `request.invalid` for facts that are too large, too deep, or no Unicode: the authorization wire takes none of these. */
export function assertBoundedFacts(facts: Readonly<Record<string, unknown>>): void {
  assertPlain(facts, maximumFactsDepth)
  if (Buffer.byteLength(JSON.stringify(facts)) > maximumFactsBytes)
    throw refused(`at most ${maximumFactsBytes} bytes of JSON`)
}

function assertPlain(value: unknown, depth: number): void {
  if (typeof value === "string" && !value.isWellFormed()) throw refused("well-formed Unicode")
  if (typeof value !== "object" || value === null) return
  if (depth === 0) throw refused(`at most ${maximumFactsDepth} deep`)
  for (const [name, member] of Object.entries(value)) {
    assertPlain(name, depth)
    assertPlain(member, depth - 1)
  }
}

function refused(message: string): Error {
  return invalidRequest([{ path: "body.context", message: `context and properties together: ${message}` }])
}
