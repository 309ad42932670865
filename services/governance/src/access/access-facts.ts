import { assertBoundedFacts } from "./access-limits.ts"

/** Where the facts of a question stand: the attributes of each entity, and of the surroundings. */
export interface FactsOfQuestion {
  readonly subject?: { readonly properties?: Readonly<Record<string, unknown>> | undefined } | undefined
  readonly action?: { readonly properties?: Readonly<Record<string, unknown>> | undefined } | undefined
  readonly resource?: { readonly properties?: Readonly<Record<string, unknown>> | undefined } | undefined
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

/**
 * What a caller supplies, as values for the parameters of conditions: attributes under `subject_`, `action_` and `resource_`, as
 * OpenFGA's own AuthZEN endpoint names them, and the context under its own names, which win. Nothing of it ever becomes a tuple:
 * no group, no role, no parent (ASVS 8.3.1). Undefined where nothing was supplied. Throws `request.invalid` over the limits.
 */
export function factsOf(question: FactsOfQuestion): Readonly<Record<string, unknown>> | undefined {
  const facts = new Map<string, unknown>()
  for (const entity of ["subject", "action", "resource"] as const) {
    const properties = question[entity]?.properties ?? {}
    for (const [name, value] of Object.entries(properties)) facts.set(`${entity}_${name}`, value)
  }
  for (const [name, value] of Object.entries(question.context ?? {})) facts.set(name, value)
  if (facts.size === 0) return undefined
  const named = Object.fromEntries(facts)
  assertBoundedFacts(named)
  return named
}
