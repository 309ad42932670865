import { describe, expect, test } from "vitest"
import { ChangeWindow, type FeedChange, type SeenChanges } from "./change-window.ts"
import { keyOf } from "./tuple-identity.ts"

const tupleOf = (name: string) => ({ user: `user:${name}`, relation: "viewer", object: "document:1" })

/** `+a1` writes tuple a, `-a2` removes it; the number tells changes of one tuple apart. */
function feed(...names: string[]): FeedChange[] {
  return names.map((name) => {
    const tuple = tupleOf(name.slice(1, 2))
    return { key: keyOf(tuple), tuple, removed: name.startsWith("-"), mark: name }
  })
}

function windowOf(
  names: readonly string[],
  seen: SeenChanges = new Map(),
  reachesBack = false,
): ChangeWindow {
  const window = new ChangeWindow(seen, reachesBack)
  for (const change of feed(...names)) window.add(change)
  return window
}

function seenAfter(...names: string[]): SeenChanges {
  return windowOf(names).seen
}

function decide(seen: SeenChanges, names: string[], reachesBack = false) {
  const decisions = [...windowOf(names, seen, reachesBack).decide()]
  return {
    apply: decisions.filter(({ certain }) => certain).map(({ change }) => change.mark),
    settle: decisions.filter(({ certain }) => !certain).map(({ change }) => change.tuple.user.slice(5)),
  }
}

describe("a change", () => {
  test("that is new, the only one of its tuple and behind all that was known is applied", () => {
    expect(decide(seenAfter("+a1"), ["+a1", "+b1", "-c1"])).toEqual({ apply: ["+b1", "-c1"], settle: [] })
  })

  test("that was seen is not looked at again", () => {
    expect(decide(seenAfter("+a1", "-a2", "+b1"), ["+a1", "-a2", "+b1"])).toEqual({ apply: [], settle: [] })
  })

  test("whose tuple has another in the window is settled, whatever their order says", () => {
    expect(decide(seenAfter("+a1"), ["+a1", "-a2"])).toEqual({ apply: [], settle: ["a"] })
    expect(decide(seenAfter("-a2"), ["+a1", "-a2"])).toEqual({ apply: [], settle: ["a"] })
    expect(decide(seenAfter(), ["+a1", "-a2"])).toEqual({ apply: [], settle: ["a"] })
  })

  test("that appears before what was seen is settled", () => {
    expect(decide(seenAfter("+b1"), ["-a1", "+b1"])).toEqual({ apply: [], settle: ["a"] })
  })

  test("in a window that reaches further back than the last is settled: it may have been seen long ago", () => {
    expect(decide(seenAfter(), ["+a1"], true)).toEqual({ apply: [], settle: ["a"] })
  })

  test("that leaves the window makes nothing new of those behind it", () => {
    expect(decide(seenAfter("+a1", "-a2", "+a3"), ["-a2", "+a3"])).toEqual({ apply: [], settle: [] })
    expect(decide(seenAfter("+a1", "-a2"), [])).toEqual({ apply: [], settle: [] })
  })

  test("that vanishes from the middle makes its tuple doubtful", () => {
    expect(decide(seenAfter("+a1", "-a2"), ["+a1"])).toEqual({ apply: [], settle: ["a"] })
  })
})
