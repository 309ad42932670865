import { createServer, type Server } from "node:net"

/** A plane takes the gateway's port and the four above it. */
const span = 5

/** The first of five ports that are free one after the other on both loopback addresses, as far as a look can tell. */
export async function findFreePortSpan(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    // Below the range from which systems hand out ports of their own, so that nobody takes one in between.
    const base = 20_000 + Math.floor(Math.random() * 10_000)
    const servers = await Promise.all(Array.from({ length: span }, (_, offset) => listen(base + offset)))
    await Promise.all(servers.map((server) => server && close(server)))
    if (servers.every((server) => server !== undefined)) return base
  }
  throw new Error("no five free ports in a row were found")
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(undefined))
    server.listen({ port, host: "127.0.0.1" }, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
