import type { ExplainAnswer, ExplanationNode, ExplanationStep, Suggestion } from "@gatehouse/contracts"
import { oneLine, type Terminal } from "../terminal.ts"
import { shellWord } from "./shell-word.ts"

/** A line of the drawing, and what hangs below it. */
interface Branch {
  readonly text: string
  readonly children: readonly Branch[]
}

/** An attempt as it is drawn: what the API answers, where a tuple may have a remark behind it. */
export interface DrawnNode extends Omit<ExplanationNode, "tuples" | "children"> {
  readonly tuples?: readonly DrawnTuple[] | undefined
  readonly children?: readonly DrawnNode[] | undefined
}

/** A tuple that was looked at. */
export interface DrawnTuple {
  readonly user: string
  readonly relation: string
  readonly object: string
  readonly remark?: string | undefined
}

/** Why an answer is what it is: the path of a yes, what was tried for a no. */
export interface DrawnReasons {
  readonly allowed: boolean
  readonly path?: readonly ExplanationStep[] | undefined
  readonly tree?: DrawnNode | undefined
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
  return [
    head,
    ...drawReasons(answer),
    ...(answer.suggestion ? ["", ...suggest(answer.suggestion)] : []),
    "",
    terminal.style("dim", `decision ${oneLine(answer.decision_id)}`),
  ]
}

/** The reasons alone, as branches below a line that says what they are reasons for. */
export function drawReasons({ allowed, path, tree }: DrawnReasons): string[] {
  return drawBranches(allowed ? pathBranches(path ?? []) : tree ? [nodeBranch(tree)] : [], "")
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

function nodeBranch(node: DrawnNode): Branch {
  const tuples = (node.tuples ?? []).map(({ user, relation, object, remark }) => ({
    text: `${user} is ${relation} of ${object}${remark === undefined ? "" : ` (${remark})`}`,
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
