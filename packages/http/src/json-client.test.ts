import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, test } from "vitest"
import { createJsonClient, type JsonClient } from "./json-client.ts"

let server: Server
let client: JsonClient
afterEach(async () => {
  await client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A client of a server that answers so, below the path `/below/`. */
async function against(handler: RequestListener, timeoutMilliseconds = 5_000): Promise<JsonClient> {
  server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  client = createJsonClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/below/`,
    maximumConnections: 2,
    maximumAnswerBytes: 1_000,
    timeoutMilliseconds,
  })
  return client
}

const get = { method: "GET", path: "/x?y=%2F", repeatable: true } as const

test("an answer comes with its status, its JSON and its headers", async () => {
  const { send } = await against((request, response) => {
    response.writeHead(201, { location: "/made/1" })
    response.end(JSON.stringify({ path: request.url, accept: request.headers.accept }))
  })
  const answer = await send(get)
  expect(answer).toMatchObject({ status: 201, body: { path: "/below/x?y=%2F", accept: "application/json" } })
  expect([answer.header("location"), answer.header("etag")]).toEqual(["/made/1", undefined])
})

describe("what is no JSON", () => {
  test.each([204, 404])("is no body where there is none, under %d", async (status) => {
    const { send } = await against((_request, response) => response.writeHead(status).end())
    expect(await send(get)).toMatchObject({ status, body: undefined })
  })

  test("is no body under a refusal, whose status says enough", async () => {
    const { send } = await against((_request, response) => response.writeHead(502).end("<html>"))
    expect(await send(get)).toMatchObject({ status: 502, body: undefined })
  })

  test.each([200, 302])("is no answer under %d", async (status) => {
    const { send } = await against((_request, response) => response.writeHead(status).end('{"half":'))
    await expect(send(get)).rejects.toMatchObject({ name: "NoAnswerError", reason: "no_answer" })
  })
})

test("more than the bound is no answer", async () => {
  const { send } = await against((_request, response) => response.end(JSON.stringify("x".repeat(1_000))))
  await expect(send(get)).rejects.toMatchObject({ reason: "no_answer" })
})

test("an answer that does not end in time is none", async () => {
  const { send } = await against((_request, response) => response.write('"'), 200)
  await expect(send(get)).rejects.toMatchObject({ reason: "timeout" })
})

describe("a broken connection", () => {
  test("is tried once more, and only where that changes nothing", async () => {
    let requests = 0
    const { send } = await against((request, response) => {
      requests += 1
      if (requests % 2 === 1) request.socket.destroy()
      else response.end("true")
    })
    expect(await send(get)).toMatchObject({ body: true })
    expect(requests).toBe(2)
    await expect(send({ ...get, method: "POST", repeatable: false })).rejects.toMatchObject({
      reason: "no_answer",
    })
    expect(requests).toBe(3)
  })

  test("twice is no answer", async () => {
    let requests = 0
    const { send } = await against((request) => {
      requests += 1
      request.socket.destroy()
    })
    await expect(send(get)).rejects.toMatchObject({ reason: "no_answer" })
    expect(requests).toBe(2)
  })
})
