import { createServer, connect as dial, type Socket } from "node:net"

/** Stands between a client and the server and, for tests of interrupted work, cuts every connection at one moment. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number
  /** Messages that clients have sent so far. */
  sent(): number
}

/** Passes on what clients send until the `cutAt`th piece, which reaches nobody: then the line is dead, as after kill -9. */
export async function createCuttingProxy(
  target: { host: string; port: number },
  cutAt: number,
): Promise<CuttingProxy> {
  let pieces = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = dial(target)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on("data", (piece) => {
      pieces += 1
      if (pieces < cutAt) upstream.write(piece)
      else for (const socket of sockets) socket.destroy()
    })
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve))
  return {
    port: (server.address() as { port: number }).port,
    sent: () => pieces,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
