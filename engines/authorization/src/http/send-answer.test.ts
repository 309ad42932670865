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

test("a stream whose list finds nothing for longer than a reader may pause is sent to its end", async () => {
  async function* slow() {
    for (const object of ["document:1", "document:2"]) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      yield [{ result: { object } }]
    }
  }
  const options = { requestId: "request", showError: String, readerPauseMilliseconds: 100 }
  const server = createServer((_, response) => {
    sendAnswer(response, { lines: slow() }, options).catch(() => response.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const lines = ["document:1", "document:2"].map((object) => `${JSON.stringify({ result: { object } })}\n`)
    expect(await answer.text()).toBe(lines.join(""))
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
