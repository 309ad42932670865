import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { createDocumentSlots } from "./document-slots.ts"

const bounds = { total: 3, perOrganization: 2, waitMilliseconds: 1_000 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Whether the place was given by now. */
async function isGiven(place: Promise<unknown>): Promise<boolean> {
  const pending = Symbol("pending")
  return (await Promise.race([place, Promise.resolve(pending)])) !== pending
}

describe("document slots", () => {
  test("one organization cannot take the places of all", async () => {
    const slots = createDocumentSlots(bounds)
    await slots.take("acme")
    await slots.take("acme")
    const third = slots.take("acme")
    expect(await isGiven(third)).toBe(false)
    expect(await isGiven(slots.take("globex"))).toBe(true)
    vi.advanceTimersByTime(bounds.waitMilliseconds)
    await expect(third).rejects.toMatchObject({ code: "sbom.busy" })
  })

  test("a freed place goes to the first who waits and fits", async () => {
    const slots = createDocumentSlots(bounds)
    const release = await slots.take("acme")
    await slots.take("acme")
    await slots.take("globex")
    const waiting = { acme: slots.take("acme"), globex: slots.take("globex") }
    release()
    expect(await isGiven(waiting.acme)).toBe(true)
    expect(await isGiven(waiting.globex)).toBe(false)
    ;(await waiting.acme)()
    expect(await isGiven(waiting.globex)).toBe(true)
  })

  test("who gave up waiting takes no place, and a place given back twice is one place", async () => {
    const slots = createDocumentSlots(bounds)
    const releases = await Promise.all(
      ["acme", "acme", "globex"].map((organization) => slots.take(organization)),
    )
    const late = slots.take("initech")
    vi.advanceTimersByTime(bounds.waitMilliseconds)
    await expect(late).rejects.toMatchObject({ code: "sbom.busy" })
    for (const release of releases) {
      release()
      release()
    }
    const again = ["a", "b", "c", "d"].map((organization) => slots.take(organization))
    expect(await Promise.all(again.slice(0, 3).map(isGiven))).toEqual([true, true, true])
    expect(await isGiven(again[3] as Promise<unknown>)).toBe(false)
    again[3]?.catch(() => undefined)
  })
})
