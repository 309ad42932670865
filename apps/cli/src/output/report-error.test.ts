import { ApiProblem } from "@gatehouse/sdk/client"
import { expect, test } from "vitest"
import { readEnvironment } from "../environment.ts"
import type { Terminal } from "../terminal.ts"
import { reportError } from "./report-error.ts"

/** What is written to standard error, and the exit code. */
function reported(problem: Partial<ApiProblem["problem"]>): { lines: string[]; exit: number } {
  const lines: string[] = []
  const terminal = { note: (line) => lines.push(line) } as Partial<Terminal> as Terminal
  const error = new ApiProblem({
    type: "urn:gatehouse:error:x",
    title: "No.",
    detail: "No.",
    action: "Do else.",
    code: "x.y",
    status: 422,
    ...problem,
  })
  const exit = reportError(error, { terminal, environment: readEnvironment({ HOME: "/" }), json: false })
  return { lines, exit }
}

test("a denial is one line with permission, object and the command that explains it", () => {
  const denial = { status: 403, code: "authz.permission_denied", decision_id: "d-1" }
  expect(reported({ ...denial, permission: "can_write", object: "project:p-1" })).toEqual({
    lines: [
      "gatehouse: No. To learn why, run: npx gatehouse explain can_write project:p-1 (can_write on project:p-1, authz.permission_denied, decision d-1)",
    ],
    exit: 3,
  })
  expect(reported({ ...denial, permission: "can_delete", object: "sbom:s-1" }).lines).toEqual([
    "gatehouse: No. An administrator of its project can give you a role that allows it. (can_delete on sbom:s-1, authz.permission_denied, decision d-1)",
  ])
})

test("what a server names is quoted in the command to copy", () => {
  const { lines } = reported({ status: 403, permission: "can_read", object: "project:$(reboot)" })
  expect(lines[0]).toContain("explain can_read 'project:$(reboot)'")
})

test("members at fault are in the same line", () => {
  const errors = [
    { path: "body.name", message: "too long" },
    { path: "body", message: "unknown member" },
  ]
  expect(reported({ errors }).lines).toEqual([
    "gatehouse: No. (body.name: too long; body: unknown member) Do else. (x.y)",
  ])
})
