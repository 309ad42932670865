import { type Clock, systemClock } from "@gatehouse/kernel"
import type { ReplicaAuthorizer } from "@gatehouse/openfga"
import { afterEach, describe, expect, test } from "vitest"
import { contractModel } from "../../../engines/authorization/src/contract/model.ts"
import { compare, eventually, Opened, openStore, type ReplicaTarget, viewer } from "../replica-target.ts"
import { startWireProxy } from "../wire-proxy.ts"

const unavailable = { code: "authz.unavailable" }
const ann = viewer("ann", "plan")

/** A clock of this process that a test moves besides. */
function movableClock(): Clock & { wallOffset: number; monotonicOffset: number } {
  const clock = {
    wallOffset: 0,
    monotonicOffset: 0,
    nowMilliseconds: () => systemClock.nowMilliseconds() + clock.wallOffset,
    monotonicMilliseconds: () => systemClock.monotonicMilliseconds() + clock.monotonicOffset,
  }
  return clock
}

/** What networks, servers and clocks do to a replica. It may refuse, and ask the server; it may not say yes to what was revoked. */
export function describeFaults(target: () => ReplicaTarget): void {
  const opened = new Opened()
  afterEach(() => opened.close())

  /** A replica behind a proxy, and another that writes past it. */
  async function behindProxy(options: { readonly clock?: Clock } = {}) {
    const store = await openStore(target(), opened)
    const proxy = opened.add(await startWireProxy(target().url), (open) => open[Symbol.asyncDispose]())
    const writer = store.start()
    await writer.write({ writes: [ann] })
    const replica = await store.replica({ url: proxy.url, timeoutMilliseconds: 500, ...options })
    expect(await replica.check(ann)).toEqual({ allowed: true })
    return { store, proxy, writer, replica }
  }

  /** Revokes past the proxy, then asks until the replica denies; nothing may be allowed after the bound. */
  async function revokeAndWatch(writer: ReplicaAuthorizer, replica: ReplicaAuthorizer): Promise<string[]> {
    await writer.write({ deletes: [ann] })
    const revoked = performance.now()
    const late: string[] = []
    while (performance.now() - revoked < 1_800) {
      const asked = performance.now()
      const { allowed } = await replica.check(ann).catch(() => ({ allowed: false }))
      // A second is the bound; what was asked before it may be answered after it.
      if (allowed && asked - revoked > 1_000) late.push(`${Math.round(asked - revoked)} ms`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return late
  }

  async function returns(replica: ReplicaAuthorizer): Promise<void> {
    await eventually(() => replica.status().state === "following")
    expect(await compare(replica)).toMatchObject({ missing: 0, extra: 0 })
  }

  test.each(["cut", "silent"] as const)(
    "a feed that is %s gives no yes after the bound; the server answers, and the replica comes back by itself",
    async (fault) => {
      const { proxy, writer, replica } = await behindProxy()
      proxy.fail(fault, "changes")
      expect(await revokeAndWatch(writer, replica)).toEqual([])
      expect(replica.status().state).toBe("behind")
      const asked = proxy.counts.get("check") ?? 0
      expect(await replica.check(ann)).toEqual({ allowed: false })
      expect(proxy.counts.get("check")).toBe(asked + 1)
      expect(await replica.health()).toMatchObject({ status: "degraded" })
      proxy.heal()
      await returns(replica)
      await eventually(async () => {
        const before = proxy.counts.get("check")
        expect(await replica.check(ann)).toEqual({ allowed: false })
        return proxy.counts.get("check") === before
      })
    },
  )

  test.each(["cut", "silent"] as const)(
    "a server that is %s altogether is a denial, not a guess",
    async (fault) => {
      const { proxy, writer, replica } = await behindProxy()
      proxy.fail(fault)
      expect(await revokeAndWatch(writer, replica)).toEqual([])
      await expect(replica.check(ann)).rejects.toMatchObject(unavailable)
      await expect(replica.listObjects({ ...ann, type: "document" })).rejects.toMatchObject(unavailable)
      expect(await replica.health()).toMatchObject({ status: "failed" })
      proxy.heal()
      await returns(replica)
      expect(await replica.check(ann)).toEqual({ allowed: false })
    },
  )

  test("a feed that is cut in the middle of its answers again and again loses nothing", async () => {
    const { proxy, writer, replica } = await behindProxy()
    for (let round = 0; round < 20; round++) {
      if (round % 2 === 0) proxy.fail("cut", round % 4 === 0 ? "changes" : "store")
      else proxy.heal()
      await writer.write({ writes: [viewer(`u${round}`, "plan")] })
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    proxy.heal()
    await returns(replica)
    expect(replica.status()).toMatchObject({ tuples: 21, loads: 1 })
  })

  test("a write whose acknowledgement is late takes nothing back that came after it", async () => {
    const { proxy, writer, replica } = await behindProxy()
    const bob = viewer("bob", "plan")
    proxy.delayWrites(450)
    const writing = replica.write({ writes: [bob] })
    await eventually(async () => (await writer.check({ ...bob, consistency: "higher_consistency" })).allowed)
    await writer.write({ deletes: [bob] })
    await writing
    expect(await replica.check({ ...bob, consistency: "after_call" })).toEqual({ allowed: false })
    expect(await replica.check(bob)).toEqual({ allowed: false })
  })

  test("changes that appear late, in front of others, are not lost", async () => {
    const { proxy, writer, replica } = await behindProxy()
    proxy.hideChanges(({ operation }) => operation === "TUPLE_OPERATION_DELETE")
    await writer.write({ deletes: [ann] })
    await writer.write({ writes: [viewer("bob", "plan")] })
    await eventually(async () => (await replica.check(viewer("bob", "plan"))).allowed)
    proxy.hideChanges(() => false)
    await eventually(async () => !(await replica.check(ann)).allowed)
    expect(await compare(replica)).toMatchObject({ missing: 0, extra: 0 })
  })

  test("a server that was killed and started again is followed from where it stopped", async () => {
    const store = await openStore(target(), opened)
    const writer = store.start()
    await writer.write({ writes: [ann] })
    const replica = await store.replica({ timeoutMilliseconds: 500 })
    await target().kill()
    await eventually(() => replica.status().state === "behind")
    await expect(replica.check(ann)).rejects.toMatchObject(unavailable)
    await target().restart()
    await writer.write({ deletes: [ann] })
    await returns(replica)
    await eventually(async () => !(await replica.check(ann)).allowed)
    expect(replica.status().loads).toBe(1)
  })

  test("a store that was deleted is a refusal, and its server is not asked", async () => {
    const { proxy, store, replica } = await behindProxy()
    const { url, storeId } = store.options
    const headers = { authorization: `Bearer ${target().credential}` }
    const deleted = await fetch(`${url}/stores/${storeId}`, { method: "DELETE", headers })
    expect(deleted.status).toBe(204)
    await eventually(() => replica.status().state === "gone")
    const asked = proxy.counts.get("check") ?? 0
    for (const consistency of ["minimize_latency", "after_call", "higher_consistency"] as const)
      await expect(replica.check({ ...ann, consistency })).rejects.toMatchObject(unavailable)
    await expect(replica.batchCheck([ann])).rejects.toMatchObject(unavailable)
    await expect(replica.write({ writes: [viewer("bob", "plan")] })).rejects.toMatchObject(unavailable)
    expect(proxy.counts.get("check") ?? 0).toBe(asked)
    expect(await replica.health()).toMatchObject({ status: "failed" })
  })

  test("a store that is deleted while its tuples are loaded is refused, and its server is not asked", async () => {
    const store = await openStore(target(), opened)
    const proxy = opened.add(await startWireProxy(target().url), (open) => open[Symbol.asyncDispose]())
    proxy.fail("silent", "read")
    const loading = store.start({ url: proxy.url })
    await loading.write({ writes: [ann] })
    expect(await loading.check(ann)).toEqual({ allowed: true })
    const { url, storeId } = store.options
    const headers = { authorization: `Bearer ${target().credential}` }
    await fetch(`${url}/stores/${storeId}`, { method: "DELETE", headers })
    await eventually(async () => {
      await loading.check(ann).catch(() => undefined)
      return loading.status().state === "gone"
    })
    const asked = proxy.counts.get("check") ?? 0
    await expect(loading.check(ann)).rejects.toMatchObject(unavailable)
    expect(proxy.counts.get("check")).toBe(asked)
    expect(loading.status().state).toBe("gone")
  })

  test("a model written while checks run changes no answer under the model that was named", async () => {
    const { store, replica } = await behindProxy()
    const { url, storeId } = store.options
    const [user, group, folder, document] = contractModel.type_definitions
    const viewers = { this: {} }
    const changed = {
      ...contractModel,
      type_definitions: [
        ...[user, group, folder],
        {
          ...document,
          relations: { ...document.relations, viewer: { difference: { base: viewers, subtract: viewers } } },
        },
      ],
    }
    let checks = 0
    let going = true
    const checking = (async () => {
      while (going) {
        expect(await replica.check(ann)).toEqual({ allowed: true })
        if (++checks % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      }
    })()
    const answer = await fetch(`${url}/stores/${storeId}/authorization-models`, {
      method: "POST",
      headers: { authorization: `Bearer ${target().credential}`, "content-type": "application/json" },
      body: JSON.stringify(changed),
    })
    expect(answer.status).toBe(201)
    const { authorization_model_id: modelId } = (await answer.json()) as { authorization_model_id: string }
    const other = await store.replica({ modelId })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await eventually(() => checks > 100)
    going = false
    await checking
    expect(await other.check(ann)).toEqual({ allowed: false })
  })

  describe("clocks", () => {
    test("of this machine that jump stop no answers for longer than a poll, and let no old ones through", async () => {
      const clock = movableClock()
      const { proxy, writer, replica } = await behindProxy({ clock })
      for (const jump of [3_600_000, -7_200_000, 3_600_000]) {
        clock.wallOffset += jump
        await eventually(() => replica.status().state === "following")
        expect(await replica.check(ann)).toEqual({ allowed: true })
      }
      clock.wallOffset -= 3_600_000
      proxy.fail("silent", "changes")
      expect(await revokeAndWatch(writer, replica)).toEqual([])
    })

    test("of a machine that was suspended say that memory is old at once", async () => {
      const clock = movableClock()
      const { proxy, writer, replica } = await behindProxy({ clock })
      proxy.fail("silent", "changes")
      await writer.write({ deletes: [ann] })
      // A minute has passed that the monotonic clock has not seen.
      clock.wallOffset += 60_000
      clock.monotonicOffset = -clock.monotonicMilliseconds()
      expect(replica.status().state).toBe("behind")
      expect(await replica.check(ann)).toEqual({ allowed: false })
      proxy.heal()
      await returns(replica)
    })

    test("of the server that jump both ways hide no change", async () => {
      const { proxy, writer, replica } = await behindProxy()
      for (const [round, shift] of [-3_600_000, 3_600_000, 0, -20_000].entries()) {
        proxy.shiftClock(shift)
        const allowed = round % 2 === 1
        await writer.write(allowed ? { writes: [ann] } : { deletes: [ann] })
        await eventually(async () => (await replica.check(ann)).allowed === allowed)
        await eventually(() => replica.status().state === "following")
        expect(await replica.check(ann)).toEqual({ allowed })
      }
      expect(await compare(replica)).toMatchObject({ missing: 0, extra: 0 })
    })
  })
}
