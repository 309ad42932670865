import { accessPaths, type Principal } from "@gatehouse/contracts"
import type { Answered, TestPlane } from "./start-test-plane.ts"

/** Puts one request of the AuthZEN API to governance. */
export function askAccess(
  plane: TestPlane,
  endpoint: keyof typeof accessPaths,
  as: Principal,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return plane.ask({ as, method: "POST", path: accessPaths[endpoint], body, headers })
}

/** An answer without the ids of its decisions, which differ from one time to the next. */
export function withoutIds(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (name, value: unknown) => (name === "decision_id" ? undefined : value)),
  )
}

/** What every endpoint of the API refuses alike: nothing of it is a question. */
export const malformedBodies: readonly (readonly [what: string, body: string])[] = [
  ["no JSON", '{"subject":'],
  ["an empty body", ""],
  ["a list", "[]"],
  ["text", '"subject"'],
  ["null", "null"],
  ["a prototype", '{"__proto__":{"subject":{"type":"user","id":"x"}}}'],
]
