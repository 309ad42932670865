import { expect, test } from "vitest"
import { clientNetwork, createRateLimits } from "./create-rate-limits.ts"

const limits = {
  requestsPerAddress: { requests: 2, perSeconds: 60 },
  requestsPerPrincipal: { requests: 1, perSeconds: 60 },
}

test("more requests of one address than are named are refused with the seconds to wait", async () => {
  const counters = createRateLimits(limits)
  await counters.countAddress("127.0.0.1")
  await counters.countAddress("::ffff:127.0.0.1")
  const error = await counters.countAddress("127.0.0.1").catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: "gateway.rate_limited", status: 429 })
  const { retryAfterSeconds } = (error as { details: { retryAfterSeconds: number } }).details
  expect(retryAfterSeconds).toBeGreaterThan(50)
  expect(retryAfterSeconds).toBeLessThanOrEqual(60)
  await counters.countAddress("127.0.0.2")
})

test("principals are counted apart from addresses and from each other", async () => {
  const counters = createRateLimits(limits)
  await counters.countPrincipal("user:acme/a")
  await counters.countPrincipal("user:acme/b")
  await expect(counters.countPrincipal("user:acme/a")).rejects.toMatchObject({ code: "gateway.rate_limited" })
})

test("an IPv6 client is its first 64 bits in any spelling, an IPv4 client its address", () => {
  const network = "2001:db8:0:1::/64"
  for (const address of [
    "2001:db8:0:1::1",
    "2001:0DB8:0:1:ffff::2",
    "2001:db8:0000:1:2:3:4:5",
    "2001:db8:0:1::%eth0",
  ])
    expect(clientNetwork(address)).toBe(network)
  expect(clientNetwork("2001:db8:0:2::1")).not.toBe(network)
  expect(clientNetwork("::1")).toBe("0:0:0:0::/64")
  expect(clientNetwork("::ffff:10.0.0.1")).toBe("10.0.0.1")
  expect(clientNetwork(undefined)).toBe("unknown")
})
