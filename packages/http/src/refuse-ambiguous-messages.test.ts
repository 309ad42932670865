import { connect } from "node:net"
import { createLogger } from "@gatehouse/telemetry"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createHttpApp } from "./create-http-app.ts"
import { type LoopbackListener, listenOnLoopback } from "./listen.ts"
import { problemAnswer } from "./problem-answer.ts"

let listener: LoopbackListener
const handled: string[] = []
beforeAll(async () => {
  const app = createHttpApp({
    logger: createLogger({ name: "test", destination: { write: () => undefined } }),
    bodyLimitBytes: 1_024,
    mapError: problemAnswer,
  })
  app.all("/*", async (request) => {
    handled.push(request.url)
    return "handled"
  })
  await app.ready()
  listener = await listenOnLoopback((request, response) => app.routing(request, response), 0)
})
afterAll(() => listener.close())

/** What came back until the server closed, or a moment after `count` answers; for twenty seconds at most. */
function send(
  text: string,
  count = Number.POSITIVE_INFINITY,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(listener.port, "127.0.0.1", () => socket.write(text))
    let received = ""
    const finish = (closed: boolean) => {
      socket.destroy()
      resolve({ text: received, closed })
    }
    let timer = setTimeout(() => finish(false), 20_000)
    socket.on("data", (chunk) => {
      received += chunk
      if ((received.match(/HTTP\/1\.1 /g)?.length ?? 0) < count) return
      clearTimeout(timer)
      timer = setTimeout(() => finish(false), 300)
    })
    socket.on("close", () => {
      clearTimeout(timer)
      finish(true)
    })
  })
}

const next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
const post = (coding: string) =>
  `POST /first HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\nhi\r\n0\r\n\r\n`

test.each([
  ["two hosts", "GET /first HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
  ["one host twice", "GET /first HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"],
  ["another coding beside chunked", post("gzip, chunked")],
])("%s ends the connection, and what follows on it is not handled", async (_, text) => {
  handled.length = 0
  const answer = await send(text + next)
  expect(answer.text).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(answer.closed).toBe(true)
  expect(handled).toEqual([])
})

test("one host, and chunks, pass with what follows", async () => {
  handled.length = 0
  const { text, closed } = await send(post("chunked") + next, 2)
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  expect(closed).toBe(false)
  expect(handled.toSorted()).toEqual(["/first", "/next"])
})
