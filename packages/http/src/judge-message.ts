import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"

/** Connections on which something could be read in two ways. What else is on them may be part of that, and is not looked at. */
const distrusted = new WeakSet<Socket>()

/**
 * What to do with a message that Node's parser let through: `answer` it; `refuse` it (`request.ambiguous`) and end the connection,
 * for another server could read it differently: two `Host` fields, equal ones too (RFC 9112 section 3.2), or another transfer coding
 * than `chunked` (section 6.1); `ignore` what follows such a message on its connection. Two lengths, a length beside chunks, malformed
 * chunks and folded fields never get this far.
 */
export function judgeMessage(message: IncomingMessage): "answer" | "refuse" | "ignore" {
  const { socket } = message
  if (distrusted.has(socket)) return "ignore"
  if (!isAmbiguous(message)) return "answer"
  distrusted.add(socket)
  return "refuse"
}

function isAmbiguous({ rawHeaders, headers }: IncomingMessage): boolean {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === "host") hosts++
  }
  const coding = headers["transfer-encoding"]
  return hosts > 1 || (coding !== undefined && coding.toLowerCase() !== "chunked")
}
