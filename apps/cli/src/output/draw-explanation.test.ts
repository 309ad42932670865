import { expect, test } from "vitest"
import { drawExplanation } from "./draw-explanation.ts"

const plain = { style: (_format: unknown, text: string) => text }
const question = { permission: "can_write", object: "project:p" }

test("a yes is drawn as the path from the permission to the principal", () => {
  const lines = drawExplanation(
    plain,
    {
      allowed: true,
      decision_id: "d",
      path: [
        { kind: "computed", object: "project:p", relation: "can_write", from: "developer" },
        {
          kind: "tuple",
          object: "project:p",
          relation: "developer",
          user: "group:acme/team#member",
          stored: true,
        },
        { kind: "tuple", object: "group:acme/team", relation: "member", user: "user:acme/u", stored: false },
      ],
    },
    question,
  )
  expect(lines).toEqual([
    "allowed: can_write on project:p",
    "└─ can_write on project:p follows from developer",
    "   └─ group:acme/team#member is developer of project:p",
    "      └─ user:acme/u is member of group:acme/team (by token or directory)",
    "",
    "decision d",
  ])
})

test("a no shows what was tried, and the smallest grant as a command to copy", () => {
  const lines = drawExplanation(
    plain,
    {
      allowed: false,
      decision_id: "d",
      tree: {
        rule: "union",
        object: "project:p",
        relation: "can_write",
        outcome: "false",
        children: [
          {
            rule: "direct",
            object: "project:p",
            relation: "owner",
            outcome: "false",
            tuples: [{ user: "user:acme/o", relation: "owner", object: "project:p" }],
          },
          { rule: "direct", object: "project:p", relation: "developer", outcome: "false" },
        ],
      },
      suggestion: {
        binding: { project: "project:p", role: "developer", subject: "user:acme/u" },
        summary: "Make user:acme/u developer.",
      },
    },
    question,
  )
  expect(lines).toEqual([
    "denied: can_write on project:p",
    "└─ ✗ can_write on project:p (any of)",
    "   ├─ ✗ owner on project:p (held by a relationship)",
    "   │  └─ user:acme/o is owner of project:p",
    "   └─ ✗ developer on project:p (held by a relationship)",
    "",
    "Make user:acme/u developer.",
    "  gatehouse project grant p developer user:acme/u",
    "",
    "decision d",
  ])
})

test("what a copied command holds is quoted, whatever the server wrote", () => {
  const lines = drawExplanation(
    plain,
    {
      allowed: false,
      decision_id: "d",
      suggestion: {
        binding: { project: "p", role: "viewer", subject: "user:acme/$(rm -rf ~)'x" },
        summary: "",
      },
    },
    question,
  )
  expect(lines).toContain("  gatehouse project grant p viewer 'user:acme/$(rm -rf ~)'\\''x'")
})
