import type { ExplainAnswer, ExplanationNode, ExplanationStep, Suggestion } from "@gatehouse/contracts"
import { oneLine, type Terminal } from "../terminal.ts"
import { shellWord } from "./shell-word.ts"

/** A line of the drawing, and what hangs below it. */
interface Branch {
  readonly text: string
  readonly children: readonly Branch[]
}

/**
 * The explanation for a terminal. For a yes the path, from the asked permission down to the principal; for a no what was tried,
 * and the smallest grant that would allow it, as a command to copy.
 */
export function drawExplanation(
  terminal: Pick<Terminal, "style">,
  answer: ExplainAnswer,
  question: { readonly permission: string; readonly object: string },
): string[] {
  const verdict = answer.allowed ? terminal.style("green", "allowed") : terminal.style("red", "denied")
  const head = `${verdict}: ${oneLine(`${question.permission} on ${question.object}`)}`
  const branches = answer.allowed
    ? pathBranches(answer.path ?? [])
    : answer.tree
      ? [nodeBranch(answer.tree)]
      : []
  return [
    head,
    ...drawBranches(branches, ""),
    ...(answer.suggestion ? ["", ...suggest(answer.suggestion)] : []),
    "",
    terminal.style("dim", `decision ${oneLine(answer.decision_id)}`),
  ]
}

/** Each step leads to the next: the path is a tree with one branch. */
function pathBranches(path: readonly ExplanationStep[]): Branch[] {
  return path.reduceRight<Branch[]>((children, step) => [{ text: stepText(step), children }], [])
}

function stepText({ kind, object, relation, user, from, stored }: ExplanationStep): string {
  switch (kind) {
    case "tuple":
      return `${user ?? "?"} is ${relation} of ${object}${stored === false ? " (by token or directory)" : ""}`
    case "computed":
      return `${relation} on ${object}${from ? ` follows from ${from}` : ""}`
    case "identity":
      return `${object} is who asks`
    case "not":
      return `nobody excludes ${relation} on ${object}`
  }
}

/** What a rule asks for, in words. A word that this release does not know is shown as it is. */
const ruleWords: Readonly<Record<string, string>> = {
  direct: "held by a relationship",
  computed: "follows from another relation",
  tuple_to_userset: "through what it belongs to",
  union: "any of",
  intersection: "all of",
  exclusion: "the first without the second",
  not_found: "there is nothing here that you may see",
}
const outcomeMarks: Readonly<Record<string, string>> = { true: "✓", false: "✗", cycle: "↻", error: "!" }

function nodeBranch(node: ExplanationNode): Branch {
  const tuples = (node.tuples ?? []).map(({ user, relation, object }) => ({
    text: `${user} is ${relation} of ${object}`,
    children: [],
  }))
  const mark = outcomeMarks[node.outcome] ?? node.outcome
  return {
    text: `${mark} ${node.relation} on ${node.object} (${ruleWords[node.rule] ?? node.rule})`,
    children: [...tuples, ...(node.children ?? []).map(nodeBranch)],
  }
}

function drawBranches(branches: readonly Branch[], indent: string): string[] {
  return branches.flatMap(({ text, children }, index) => {
    const last = index === branches.length - 1
    return [
      `${indent}${last ? "└─ " : "├─ "}${oneLine(text)}`,
      ...drawBranches(children, `${indent}${last ? "   " : "│  "}`),
    ]
  })
}

function suggest({ summary, binding }: Suggestion): string[] {
  const lines = [oneLine(summary)]
  if (binding !== undefined) {
    const words = [binding.project.replace(/^project:/, ""), binding.role, binding.subject]
    lines.push(`  gatehouse project grant ${words.map(shellWord).join(" ")}`)
  }
  return lines
}
