import type { parse } from "@bufbuild/cel"

type Expression = ReturnType<typeof parse>["expr"]

/** The names that an expression takes from outside: every identifier but the variables of its own loops. */
export function freeVariables(expression: Expression | undefined): Set<string> {
  const found = new Set<string>()
  collect(expression, new Set(), found)
  return found
}

function collect(expression: Expression | undefined, own: ReadonlySet<string>, found: Set<string>): void {
  if (expression === undefined) return
  const kind = expression.exprKind
  switch (kind.case) {
    case "identExpr":
      if (!own.has(kind.value.name)) found.add(kind.value.name)
      return
    case "selectExpr":
      collect(kind.value.operand, own, found)
      return
    case "callExpr":
      collect(kind.value.target, own, found)
      for (const argument of kind.value.args) collect(argument, own, found)
      return
    case "listExpr":
      for (const element of kind.value.elements) collect(element, own, found)
      return
    case "structExpr":
      for (const entry of kind.value.entries) {
        if (entry.keyKind.case === "mapKey") collect(entry.keyKind.value, own, found)
        collect(entry.value, own, found)
      }
      return
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result, iterVar, accuVar } = kind.value
      collect(iterRange, own, found)
      const inside = new Set(own).add(iterVar).add(accuVar)
      for (const part of [accuInit, loopCondition, loopStep, result]) collect(part, inside, found)
    }
  }
}
