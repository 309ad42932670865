import type { ReplicaAlarm } from "@gatehouse/openfga"
import { afterEach, expect, test } from "vitest"
import { compare, eventually, Opened, openStore, type ReplicaTarget, viewer } from "../replica-target.ts"
import { startWireProxy } from "../wire-proxy.ts"

/** What the feed does not say, the full comparison finds. */
export function describeComparison(target: () => ReplicaTarget): void {
  const opened = new Opened()
  afterEach(() => opened.close())

  /** A replica whose feed will never show what is written from now on. */
  async function withoutFeed(options: { readonly comparisonMilliseconds?: number } = {}) {
    const store = await openStore(target(), opened)
    const proxy = opened.add(await startWireProxy(target().url), (open) => open[Symbol.asyncDispose]())
    const alarms: ReplicaAlarm[] = []
    const writer = store.start()
    const stored = Array.from({ length: 250 }, (_, user) => viewer(`u${user}`, "plan"))
    for (let at = 0; at < stored.length; at += 100) await writer.write({ writes: stored.slice(at, at + 100) })
    const replica = await store.replica({
      url: proxy.url,
      onAlarm: (alarm) => void alarms.push(alarm),
      timings: options,
    })
    proxy.hideChanges(() => true)
    await writer.write({
      deletes: [viewer("u7", "plan"), viewer("u8", "plan")],
      writes: [{ user: "user:new", relation: "owner", object: "folder:late" }],
    })
    return { proxy, writer, replica, alarms }
  }

  test("a comparison finds what is missing and what is too much, repairs both, and raises the alarm", async () => {
    const { replica, alarms } = await withoutFeed()
    expect(await replica.check(viewer("u7", "plan"))).toEqual({ allowed: true })
    const found = { missing: 1, extra: 2, objectTypes: ["document", "folder"] }
    expect(await compare(replica)).toEqual({ compared: 249, ...found })
    expect(alarms).toEqual([found])
    expect(await replica.check(viewer("u7", "plan"))).toEqual({ allowed: false })
    expect(await replica.check({ user: "user:new", relation: "viewer", object: "folder:late" })).toEqual({
      allowed: true,
    })
    expect(await compare(replica)).toEqual({ compared: 249, missing: 0, extra: 0, objectTypes: [] })
    expect(alarms).toHaveLength(1)
  })

  test("it runs by itself from time to time", async () => {
    const { replica, alarms } = await withoutFeed({ comparisonMilliseconds: 300 })
    await eventually(async () => !(await replica.check(viewer("u7", "plan"))).allowed)
    await eventually(() => alarms.length > 0)
  })

  test("what is written and removed while it runs is no alarm", async () => {
    const { proxy, writer, replica, alarms } = await withoutFeed()
    await compare(replica)
    proxy.hideChanges(() => false)
    alarms.length = 0
    let going = true
    const writing = (async () => {
      for (let round = 0; going; round++) {
        const tuple = viewer(`c${round % 5}`, `d${round % 3}`)
        await writer.write({ writes: [tuple], onDuplicate: "ignore" })
        await writer.write({ deletes: [tuple], onMissing: "ignore" })
      }
    })()
    for (let round = 0; round < 8; round++)
      expect(await compare(replica)).toMatchObject({ missing: 0, extra: 0 })
    going = false
    await writing
    expect(alarms).toEqual([])
  })
}
