import { once } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { expect, test } from "vitest"
import { sendAnswer } from "./send-answer.ts"

test("a stream whose reader takes nothing any more is given up, with its list", async () => {
  let isOpen = true
  async function* endless() {
    try {
      for (;;) {
        yield Array.from({ length: 500 }, () => ({ result: { object: "document:1" } }))
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      isOpen = false
    }
  }
  const options = { requestId: "request", showError: String, readerPauseMilliseconds: 200 }
  const sent = Promise.withResolvers<void>()
  const server = createServer((_, response) => {
    sendAnswer(response, { lines: endless() }, options).then(sent.resolve, sent.reject)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1")
  try {
    reader.pause()
    reader.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await expect(sent.promise).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" })
    expect(isOpen).toBe(false)
  } finally {
    reader.destroy()
    server.close()
  }
})
