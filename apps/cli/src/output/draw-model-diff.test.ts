import type { AccessChange, AccessGroup, ModelDiff } from "@gatehouse/sdk/model"
import { expect, test } from "vitest"
import { drawModelDiff } from "./draw-model-diff.ts"

const plain = { style: (_format: unknown, text: string) => text }
const none = { tuples: [], count: 0 }
const empty: ModelDiff = {
  types: { added: [], removed: [] },
  relations: { added: [], removed: [] },
  affected: [],
  groups: [],
  counts: { gains: 0, losses: 0, undecided: 0 },
  tuples: { dropped: none, revived: none, ignored: none },
  universe: { users: 2, objects: 3 },
  complete: true,
}
const gain = (object: string): AccessChange => ({
  object,
  before: "denied",
  after: "allowed",
  conditional: false,
})
const group = (user: string, ...objects: string[]): AccessGroup => ({
  type: "doc",
  relation: "viewer",
  user,
  gains: objects.map(gain),
  losses: [],
  undecided: [],
})

test("what everyone gains is not said again of each, what somebody gains besides is", () => {
  const lines = drawModelDiff(plain, {
    ...empty,
    groups: [
      group("group:a#member", "doc:1"),
      group("user:*", "doc:1"),
      group("user:anne", "doc:1"),
      group("user:bob", "doc:1", "doc:2"),
    ],
    counts: { gains: 5, losses: 0, undecided: 0 },
  })
  expect(lines).toEqual([
    "doc#viewer",
    "  + group:a#member gains doc:1",
    "  + user:* gains doc:1",
    "  + user:bob gains doc:2",
    "",
    "5 gained, 0 lost, 0 undecided among 2 users and 3 objects.",
  ])
})

test("long lists are cut where a person stops reading, with the number of what is left out", () => {
  const objects = Array.from({ length: 7 }, (_, index) => `doc:${index}`)
  const groups = Array.from({ length: 22 }, (_, index) => group(`user:${index}`, ...objects))
  const lines = drawModelDiff(plain, { ...empty, groups })
  expect(lines).toHaveLength(1 + 20 + 1 + 2)
  expect(lines[1]).toBe("  + user:0 gains doc:0, doc:1, doc:2, doc:3, doc:4 and 2 more")
  expect(lines[21]).toBe("  and 2 users more (--json lists all)")
  const tuples = Array.from({ length: 7 }, (_, index) => ({
    tuple: { user: `user:${index}`, relation: "viewer", object: "doc:1" },
    reason: "",
  }))
  expect(
    drawModelDiff(plain, { ...empty, tuples: { ...empty.tuples, dropped: { tuples, count: 9 } } }),
  ).toEqual([
    "Relationships that stop counting, since the new model does not allow them: 9",
    ...[0, 1, 2, 3, 4].map((index) => `  user:${index} viewer doc:1`),
    "  and 4 more",
    "",
    "Nobody gains or loses anything among 2 users and 3 objects.",
  ])
})

test("an incomplete comparison never says that nothing changes", () => {
  const lines = drawModelDiff(plain, { ...empty, complete: false })
  expect(lines).toEqual([
    "0 gained, 0 lost, 0 undecided among 2 users and 3 objects.",
    "There is more than was compared or kept: this is not all.",
  ])
})

test("names from files reach the terminal without control characters", () => {
  const evil = "doc:\u001b[2J"
  const lines = drawModelDiff(plain, {
    ...empty,
    types: { added: ["\u001b]0;x\u0007"], removed: [] },
    groups: [{ ...group("user:\u009b", evil), type: "\u001b" }],
    tuples: {
      ...empty.tuples,
      ignored: { tuples: [{ tuple: { user: evil, relation: evil, object: evil }, reason: "" }], count: 1 },
    },
  })
  expect(lines.join("\n")).not.toMatch(/[^\P{Cc}\n]/u)
})
