import { describe, expect, test } from "vitest"
import { ServerTimes, type TimeSighting } from "./server-times.ts"

const overlap = 10_000
const start = 1_000_000

/** An answer that took no time. */
function sighting(server: number, monotonic: number, wall = monotonic): TimeSighting {
  const moment = { monotonic, wall }
  return { server, asked: moment, came: moment }
}

/** Sightings each 250 ms by our monotonic clock, of a server whose clock shows what `server` says. */
function sighted(until: number, server: (monotonic: number) => number): ServerTimes {
  const at = (monotonic: number) => sighting(server(monotonic), monotonic)
  const times = new ServerTimes(at(0), overlap)
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
  times.record(sighting(start + 70_000 - 30_000, 70_000))
  // Set back by 30 s right after the last answer, it would have shown so little.
  expect(times.windowStart(10_000)).toBeLessThanOrEqual(start + 10_000 - 30_000)
})

test("a clock set back while an answer is on its way is looked for from when that was asked for", () => {
  const times = sighted(10_000, (monotonic) => start + monotonic)
  const asked = { monotonic: 10_250, wall: 10_250 }
  const came = { monotonic: 13_000, wall: 13_000 }
  // Answered at once, and then long on its way. The clock went back by a minute just after the answer.
  times.record({ server: start + 10_250, asked, came })
  times.record(sighting(start + 13_100 - 60_000, 13_100))
  expect(times.windowStart(10_000)).toBeLessThanOrEqual(start + 10_250 - 60_000)
})

test("a machine that was suspended measures an outage by its wall clock where the server's time went back", () => {
  const times = sighted(10_000, (monotonic) => start + monotonic)
  times.record(sighting(start + 10_000 - 100_000, 10_250, 610_000))
  expect(times.windowStart(10_000)).toBeLessThanOrEqual(start + 10_000 - 100_000 - 599_000)
})

test("our own wall clock alone moves no window", () => {
  const times = sighted(60_000, (monotonic) => start + monotonic)
  times.record(sighting(start + 60_250, 60_250, 9_999_999))
  times.record(sighting(start + 60_500, 60_500, -9_999_999))
  expect(times.windowStart(60_500)).toBe(start + 50_500)
})

test("a first window reaches the overlap back from when its call was made", () => {
  const asked = { monotonic: 4_600, wall: 0 }
  const came = { monotonic: 5_000, wall: 400 }
  const times = new ServerTimes({ server: start, asked, came }, overlap)
  expect(times.windowStart(4_600)).toBe(start - overlap - 400)
})

test("hours of answers without a complete poll stay few, and a clock set back among them is not lost", () => {
  const times = sighted(0, () => start)
  for (let monotonic = 250; monotonic < 40_000_000; monotonic += 250)
    times.record(sighting(start + monotonic - (monotonic > 30_000_000 ? 90_000_000 : 0), monotonic))
  expect(times.windowStart(0)).toBeLessThanOrEqual(start + 30_000_000 - 90_000_000)
})
