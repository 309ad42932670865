import { loopbackAddresses } from "@gatehouse/postgres/testing"

/** A plane takes the gateway's port and the four above it. */
const span = 5

/** The first of five ports that are free one after the other on both loopback addresses, as far as a look can tell. */
export async function findFreePortSpan(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    // Below the range from which systems hand out ports of their own, so that nobody takes one in between.
    const base = 20_000 + Math.floor(Math.random() * 10_000)
    const ports = Array.from({ length: span }, (_, offset) => base + offset)
    if (await areFree(ports)) return base
  }
  throw new Error("no five free ports in a row were found")
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  try {
    for (const port of ports) await loopbackAddresses(port)
    return true
  } catch {
    return false
  }
}
