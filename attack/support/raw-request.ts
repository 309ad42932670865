import { connect } from "node:net"

/** What came back on a connection of its own, as far as it came. */
export interface RawAnswer {
  /** Of the first answer; 0 where there was none. */
  readonly status: number
  readonly text: string
}

/** How long a peer may keep a connection open that it will not use. In milliseconds. */
const patienceMilliseconds = 5_000

/** Sends bytes as they are to a port of this machine and reads until the peer closes. */
export function sendRaw(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    let text = ""
    const done = () => {
      socket.destroy()
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text })
    }
    socket.setTimeout(patienceMilliseconds, done)
    socket.on("data", (chunk) => {
      text += chunk
    })
    socket.on("error", done)
    socket.on("close", done)
  })
}
