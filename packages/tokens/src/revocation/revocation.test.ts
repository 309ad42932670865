import type { OrganizationId } from "@gatehouse/contracts"
import { createManualClock, nowSeconds } from "@gatehouse/kernel"
import { afterEach, describe, expect, test } from "vitest"
import {
  createRevocationFollower,
  type RevocationFollower,
  type RevocationPage,
} from "./create-revocation-follower.ts"
import { createRevocationList } from "./create-revocation-list.ts"
import type { RevocationEvent } from "./revocation-feed.ts"

const acme = "acme" as OrganizationId
const globex = "globex" as OrganizationId
const token = { organization: acme, sub: "u", sid: "s", jti: "t", iat: 1_000 }

describe("a revocation list", () => {
  test("ends exactly the session, token, principal or realm that an event names", () => {
    const clock = createManualClock(1_000_000)
    const named: RevocationEvent[] = [
      { kind: "session_ended", organization: acme, sessionId: "s", atSeconds: 1_000 },
      { kind: "token_revoked", organization: acme, tokenId: "t", atSeconds: 1_000 },
      {
        kind: "principal_not_before",
        organization: acme,
        subject: "u",
        notBeforeSeconds: 1_000,
        atSeconds: 1_000,
      },
      { kind: "organization_not_before", organization: acme, notBeforeSeconds: 1_000, atSeconds: 1_000 },
    ]
    for (const event of named) {
      const list = createRevocationList({ clock })
      expect(list.isRevoked(token)).toBe(false)
      list.add(event)
      expect(list.isRevoked(token)).toBe(true)
      expect(list.isRevoked({ ...token, organization: globex })).toBe(false)
      const other = { organization: acme, sub: "u2", sid: "s2", jti: "t2", iat: 1_001 }
      expect(list.isRevoked(other)).toBe(false)
    }
  })

  test("a not-before ends tokens of its own second, and none issued after", () => {
    const list = createRevocationList({ clock: createManualClock(1_000_000) })
    list.add({
      kind: "principal_not_before",
      organization: acme,
      subject: "u",
      notBeforeSeconds: 1_000,
      atSeconds: 1_000,
    })
    expect(list.isRevoked({ ...token, iat: 999 })).toBe(true)
    expect(list.isRevoked({ ...token, iat: 1_000 })).toBe(true)
    expect(list.isRevoked({ ...token, iat: 1_001 })).toBe(false)
  })

  test("an older event that arrives late takes nothing back", () => {
    const list = createRevocationList({ clock: createManualClock(1_000_000) })
    const event = {
      kind: "principal_not_before" as const,
      organization: acme,
      subject: "u",
      atSeconds: 1_000,
    }
    list.add({ ...event, notBeforeSeconds: 1_000 })
    list.add({ ...event, notBeforeSeconds: 500 })
    expect(list.isRevoked(token)).toBe(true)
  })

  test("a session id, token id and subject of the same letters are three things", () => {
    const list = createRevocationList({ clock: createManualClock(1_000_000) })
    list.add({ kind: "session_ended", organization: acme, sessionId: "t", atSeconds: 1_000 })
    expect(list.isRevoked(token)).toBe(false)
  })

  test("an event is kept for the longest token lifetime, and then forgotten", () => {
    const clock = createManualClock(1_000_000)
    const list = createRevocationList({ clock })
    const event: RevocationEvent = {
      kind: "session_ended",
      organization: acme,
      sessionId: "s",
      atSeconds: 1_000,
    }
    const sweep = () =>
      list.add({ kind: "token_revoked", organization: globex, tokenId: "x", atSeconds: nowSeconds(clock) })
    list.add(event)
    clock.advance(3_600_000)
    sweep()
    expect(list.isRevoked(token)).toBe(true)
    clock.advance(100_000)
    sweep()
    expect(list.isRevoked(token)).toBe(false)
    expect(list.size).toBe(1)
  })

  test("an event without its times is a defect, not an event that ends nothing", () => {
    const list = createRevocationList()
    const event = { kind: "principal_not_before" as const, organization: acme, subject: "u", atSeconds: 1 }
    expect(() => list.add({ ...event, notBeforeSeconds: Number.NaN })).toThrow()
    expect(() => list.add({ ...event, notBeforeSeconds: 1, atSeconds: Number.NaN })).toThrow()
  })
})

describe("a revocation follower", () => {
  const followers: RevocationFollower[] = []
  afterEach(() => Promise.all(followers.splice(0).map((follower) => follower.close())))
  const follow = (options: Parameters<typeof createRevocationFollower>[0]) => {
    const follower = createRevocationFollower({ pollMilliseconds: 5, ...options })
    followers.push(follower)
    return follower
  }
  const ended: RevocationEvent = {
    kind: "session_ended",
    organization: acme,
    sessionId: "s",
    atSeconds: 1_000,
  }

  test("is ready only once it has read to the end, over as many pages as there are", async () => {
    const clock = createManualClock(1_000_000)
    const gate = Promise.withResolvers<RevocationPage>()
    const asked: (string | undefined)[] = []
    const follower = follow({
      clock,
      fetchEvents: async (cursor) => {
        asked.push(cursor)
        if (cursor === undefined) return { events: [ended], next: "1", complete: false }
        return cursor === "1" ? gate.promise : { events: [], next: cursor, complete: true }
      },
    })
    await expect.poll(() => asked.length).toBe(2)
    expect(follower.ready()).toBe(false)
    gate.resolve({ events: [], next: "2", complete: true })
    await follower.replayed
    expect(follower.ready()).toBe(true)
    expect(follower.isRevoked(token)).toBe(true)
    expect(asked.slice(0, 2)).toEqual([undefined, "1"])
  })

  test("hears of an event with the next poll", async () => {
    const events: RevocationEvent[] = []
    const follower = follow({
      clock: createManualClock(1_000_000),
      fetchEvents: async (cursor) => ({
        events: events.slice(Number(cursor ?? 0)),
        next: String(events.length),
        complete: true,
      }),
    })
    await follower.replayed
    expect(follower.isRevoked(token)).toBe(false)
    events.push(ended)
    await expect.poll(() => follower.isRevoked(token), { interval: 5 }).toBe(true)
  })

  test("is not ready once it is more than a second behind, and ready again when it caught up", async () => {
    const clock = createManualClock(1_000_000)
    let down = false
    const follower = follow({
      clock,
      fetchEvents: async (cursor) => {
        if (down) throw new Error("unreachable")
        return { events: [], next: cursor ?? "0", complete: true }
      },
    })
    await follower.replayed
    down = true
    clock.advance(1_000)
    expect(follower.ready()).toBe(true)
    clock.advance(1)
    expect(follower.ready()).toBe(false)
    down = false
    await expect.poll(() => follower.ready(), { interval: 5 }).toBe(true)
  })

  test("a feed that never answers keeps it from being ready, and does not keep it from closing", async () => {
    const follower = follow({ fetchEvents: () => new Promise(() => undefined) })
    expect(follower.ready()).toBe(false)
    await follower.close()
  })

  test("an event that makes no sense is a failed poll, so nothing is accepted", async () => {
    let polls = 0
    const follower = follow({
      fetchEvents: async () => {
        polls += 1
        return { events: [{ ...ended, atSeconds: Number.NaN }], next: "1", complete: true }
      },
    })
    await expect.poll(() => polls, { interval: 5 }).toBeGreaterThan(1)
    expect(follower.ready()).toBe(false)
  })

  test("cannot be told to poll less often than four times a second", () => {
    const fetchEvents = async () => ({ events: [], next: "", complete: true })
    expect(() => createRevocationFollower({ fetchEvents, pollMilliseconds: 251 })).toThrow()
  })
})
