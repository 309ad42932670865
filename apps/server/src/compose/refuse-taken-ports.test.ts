import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import type { Addresses } from "./addresses.ts"
import { refuseTakenPorts } from "./refuse-taken-ports.ts"

/** A port that is taken at one address; undefined on a machine without that address. */
async function takenAt(host: string): Promise<number | undefined> {
  const server = createServer().listen({ host, port: 0 })
  const listens = await once(server, "listening").then(
    () => true,
    () => false,
  )
  if (!listens) return undefined
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test.for(["127.0.0.1", "::1"])("a port taken on %s alone is named with its part", async (host, { skip }) => {
  const port = await takenAt(host)
  if (port === undefined) return skip()
  const addresses = { ports: { identity: port } } as Addresses
  await expect(refuseTakenPorts(addresses, new Set(["identity"]))).rejects.toMatchObject({
    code: "server.port_taken",
    publicMessage: `Port ${port}, which identity needs, is taken by another program.`,
  })
  await expect(refuseTakenPorts(addresses, new Set())).resolves.toBeUndefined()
})
