import type { Userset } from "../authorization-model.ts"

/** What a part of a question comes to, by definition: an error outweighs a cycle, and neither is ever true. */
export type NaiveVerdict = "true" | "false" | "cycle" | "error"

export const anyOf = (verdicts: NaiveVerdict[]): NaiveVerdict =>
  (["true", "error", "cycle"] as const).find((one) => verdicts.includes(one)) ?? "false"

export const allOf = (verdicts: NaiveVerdict[]): NaiveVerdict =>
  (["false", "error", "cycle"] as const).find((one) => verdicts.includes(one)) ?? "true"

export const not = (verdict: NaiveVerdict): NaiveVerdict =>
  verdict === "true" ? "false" : verdict === "false" ? "true" : verdict

/** A tuple leads on only under its condition; one that cannot be evaluated is an error, whatever lies behind it. */
export const after = (condition: NaiveVerdict, next: () => NaiveVerdict): NaiveVerdict =>
  condition === "true" ? next() : condition

/** A rewrite by its one member. */
export type NaiveRewrite =
  | { readonly kind: "direct" }
  | { readonly kind: "computed"; readonly relation: string }
  | { readonly kind: "from"; readonly tupleset: string; readonly relation: string }
  | { readonly kind: "union" | "intersection"; readonly operands: readonly Userset[] }
  | { readonly kind: "exclusion"; readonly operands: readonly [base: Userset, subtract: Userset] }

export function readNaively({
  computedUserset,
  tupleToUserset,
  union,
  intersection,
  difference,
}: Userset): NaiveRewrite {
  if (computedUserset) return { kind: "computed", relation: computedUserset.relation ?? "" }
  if (tupleToUserset) {
    const tupleset = tupleToUserset.tupleset.relation ?? ""
    return { kind: "from", tupleset, relation: tupleToUserset.computedUserset.relation ?? "" }
  }
  if (union) return { kind: "union", operands: union.child }
  if (intersection) return { kind: "intersection", operands: intersection.child }
  if (difference) return { kind: "exclusion", operands: [difference.base, difference.subtract] }
  return { kind: "direct" }
}
