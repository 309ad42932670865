import { connect } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"
import { maximumBodyBytes } from "../wire/limits.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.close())

/** What came back for these bytes until `count` answers were there, the server closed, or twenty seconds passed. */
function send(text: string, count = 1): Promise<{ statuses: number[]; text: string; closed: boolean }> {
  return new Promise((resolve) => {
    let received = ""
    const socket = connect(Number(new URL(engine.url).port), "127.0.0.1", () => socket.write(text))
    const finish = (closed: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
      resolve({ statuses, text: received, closed })
    }
    const timer = setTimeout(finish, 20_000, false)
    socket.on("data", (chunk) => {
      received += chunk
      // Another answer than expected may be under way right behind.
      if ((received.match(/HTTP\/1\.1 /g)?.length ?? 0) >= count) setTimeout(finish, 30, false)
    })
    socket.on("close", () => finish(true))
    socket.on("error", () => undefined)
  })
}

function message(method: string, path: string, body = "", headers: readonly string[] = []): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    `Authorization: Bearer ${engine.credential}`,
  ]
  if (body !== "") lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${[...lines, ...headers].join("\r\n")}\r\n\r\n${body}`
}

test("requests that come at once on one connection are answered in their order", async () => {
  const texts = [
    message("POST", "/stores", '{"name":"first"}'),
    message("GET", "/nope"),
    message("POST", "/stores", '{"name":"x"}'),
    message("GET", "/healthz"),
  ]
  expect((await send(texts.join(""), 4)).statuses).toEqual([201, 404, 400, 200])
})

test("a body in chunks is one body, however its bytes are cut", async () => {
  const chunks = ['{"na', 'me":"sn', "\u00f6", 'w"}'].map((chunk) => {
    const bytes = Buffer.byteLength(chunk)
    return `${bytes.toString(16)}\r\n${chunk}\r\n`
  })
  const { statuses, text } = await send(
    `${message("POST", "/stores", "", ["Transfer-Encoding: chunked"])}${chunks.join("")}0\r\n\r\n`,
  )
  expect(statuses).toEqual([400])
  expect(text).toContain("CreateStoreRequest.Name")
})

test("a body that comes with GET or DELETE says nothing, and the connection goes on", async () => {
  const { statuses } = await send(
    message("GET", "/stores?page_size=1", "{not JSON") + message("GET", "/healthz", "["),
    2,
  )
  expect(statuses).toEqual([200, 200])
})

test("a body over the limit is taken to its end and refused, and the connection goes on", async () => {
  const tooLong = `{"name":"${"x".repeat(maximumBodyBytes)}"}`
  const { statuses, text } = await send(message("POST", "/stores", tooLong) + message("GET", "/healthz"), 2)
  expect(statuses).toEqual([500, 200])
  expect(text).toContain("resource_exhausted")
})

test("a second Host ends the connection, and what follows is not looked at", async () => {
  const { statuses, closed } = await send(
    message("POST", "/stores", '{"name":"abc"}', ["Host: localhost"]) + message("GET", "/healthz"),
    2,
  )
  expect(statuses).toEqual([400])
  expect(closed).toBe(true)
})

test("a second credential or Host behind a thousand headers is refused, not overlooked", async () => {
  const many = Array.from({ length: 1_100 }, () => "a:b")
  for (const last of ["Authorization: Bearer other", "Host: evil.example", "Origin: http://evil.example"]) {
    const { statuses, closed } = await send(message("GET", "/stores", "", [...many, last]), 2)
    expect(statuses).toEqual([431])
    expect(closed).toBe(true)
  }
})

test("a caller that leaves in the middle of its body leaves nothing behind", async () => {
  for (let round = 0; round < 20; round++) {
    const socket = connect(Number(new URL(engine.url).port), "127.0.0.1")
    await new Promise<void>((resolve) => {
      socket.write(message("POST", "/stores", '{"name":"abc"}').slice(0, -5), () => {
        socket.destroy()
        resolve()
      })
    })
  }
  expect((await send(message("GET", "/healthz"))).statuses).toEqual([200])
})

test("every answer has a length or chunks, an id of its own, and JSON where it has a body", async () => {
  const { text } = await send(message("GET", "/stores?page_size=1") + message("GET", "/nope"), 2)
  const ids = [...text.matchAll(/x-request-id: (\S+)/gi)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(2)
  expect(text.match(/content-type: application\/json\r\n/gi)).toHaveLength(2)
  expect(text.match(/content-length: \d+/gi)).toHaveLength(2)
})
