import { describe, expect, test } from "vitest"
import { ServerTimes } from "./server-times.ts"

const overlap = 10_000
const start = 1_000_000

/** Sightings each 250 ms by our monotonic clock, of a server whose clock shows what `server` says. */
function sighted(until: number, server: (monotonic: number) => number): ServerTimes {
  const at = (monotonic: number) => ({ monotonic, wall: monotonic, server: server(monotonic) })
  const times = new ServerTimes(at(0), 0, overlap)
  for (let monotonic = 250; monotonic <= until; monotonic += 250) times.record(at(monotonic))
  return times
}

describe("the window after a poll begun at 60 s begins", () => {
  test("the overlap before it, by the server's clock, wherever that stands", () => {
    for (const skew of [0, start, -5_000_000]) {
      const times = sighted(60_000, (monotonic) => skew + monotonic)
      expect(times.windowStart(60_000)).toBe(skew + 50_000)
    }
  })

  test("where the clock was set back to, while changes of before may still come", () => {
    const times = sighted(60_000, (monotonic) => start + monotonic - (monotonic >= 55_000 ? 3_600_000 : 0))
    expect(times.windowStart(60_000)).toBeLessThanOrEqual(start - 3_600_000 + 55_000)
  })

  test("where the clock was before it was put forward", () => {
    const times = sighted(60_000, (monotonic) => start + monotonic + (monotonic >= 55_000 ? 3_600_000 : 0))
    expect(times.windowStart(60_000)).toBe(start + 50_000)
  })

  test("at the overlap again once a jump is longer ago", () => {
    const times = sighted(60_000, (monotonic) => start + monotonic - (monotonic >= 45_000 ? 3_600_000 : 0))
    times.forgetBefore(60_000)
    expect(times.windowStart(60_000)).toBe(start - 3_600_000 + 50_000)
  })
})

test("a clock set back during an outage is looked for in all of the outage", () => {
  const times = sighted(10_000, (monotonic) => start + monotonic)
  times.forgetBefore(10_000)
  times.record({ monotonic: 70_000, wall: 70_000, server: start + 70_000 - 30_000 })
  // Set back by 30 s right after the last answer, it would have shown so little.
  expect(times.windowStart(10_000)).toBeLessThanOrEqual(start + 10_000 - 30_000)
})

test("a machine that was suspended measures an outage by its wall clock where the server's time went back", () => {
  const times = sighted(10_000, (monotonic) => start + monotonic)
  times.record({ monotonic: 10_250, wall: 610_000, server: start + 10_000 - 100_000 })
  expect(times.windowStart(10_000)).toBeLessThanOrEqual(start + 10_000 - 100_000 - 599_000)
})

test("our own wall clock alone moves no window", () => {
  const times = sighted(60_000, (monotonic) => start + monotonic)
  times.record({ monotonic: 60_250, wall: 9_999_999, server: start + 60_250 })
  times.record({ monotonic: 60_500, wall: -9_999_999, server: start + 60_500 })
  expect(times.windowStart(60_500)).toBe(start + 50_500)
})

test("a first window reaches the overlap back from when its call was made", () => {
  const times = new ServerTimes({ monotonic: 5_000, wall: 0, server: start }, 400, overlap)
  expect(times.windowStart(4_600)).toBe(start - overlap - 400)
})

test("hours of answers without a complete poll stay few, and a clock set back among them is not lost", () => {
  const times = sighted(0, () => start)
  for (let monotonic = 250; monotonic < 40_000_000; monotonic += 250)
    times.record({
      monotonic,
      wall: monotonic,
      server: start + monotonic - (monotonic > 30_000_000 ? 90_000_000 : 0),
    })
  expect(times.windowStart(0)).toBeLessThanOrEqual(start + 30_000_000 - 90_000_000)
})
