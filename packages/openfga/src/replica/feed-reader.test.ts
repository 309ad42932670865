import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { systemClock } from "@gatehouse/kernel"
import { afterEach, describe, expect, test } from "vitest"
import { createWireClient } from "../wire-client.ts"
import { createFeedReader, type FeedReader } from "./feed-reader.ts"
import type { TimeSighting } from "./server-times.ts"

const none = { code: "authz.unavailable" }
const ann = { user: "user:ann", relation: "viewer", object: "document:1" }
const change = {
  tuple_key: ann,
  operation: "TUPLE_OPERATION_WRITE",
  timestamp: "2026-11-22T09:37:24.645158731Z",
}

let server: Server | undefined
let close = async () => {}
afterEach(async () => {
  await close()
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
})

interface Answer {
  readonly status?: number
  readonly body: unknown
  /** The header; left out for `null`. */
  readonly date?: string | null
}

/** A reader of a server that gives these answers one after the other, the last again and again. */
async function reading(...answers: Answer[]): Promise<{ reader: FeedReader; seen: TimeSighting[] }> {
  server = createServer((request, response) => {
    request.resume()
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) as Answer
    response.sendDate = false
    const date = answer.date === undefined ? "Sun, 22 Nov 2026 09:37:24 GMT" : answer.date
    response.writeHead(answer.status ?? 200, date === null ? {} : { date })
    response.end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createWireClient({ url, timeoutMilliseconds: 1_000 })
  close = () => client.close()
  const seen: TimeSighting[] = []
  const target = { client, storeId: "S", modelId: "M" }
  return { reader: createFeedReader(target, systemClock, (sighting) => seen.push(sighting)), seen }
}

const page = (changes: unknown[], token: unknown = "t") => ({ changes, continuation_token: token })
const window = (reader: FeedReader) => reader.readWindow(0, () => {})

describe("a window", () => {
  test("ends with the first page that holds nothing, and tells the server's time of each page", async () => {
    const { reader, seen } = await reading(
      { body: page([change]) },
      { body: page([change], "u") },
      { body: page([], "u") },
    )
    let taken = 0
    expect(await reader.readWindow(0, () => taken++)).toBe(true)
    expect(taken).toBe(2)
    expect(seen.map(({ server }) => server)).toEqual(new Array(3).fill(Date.UTC(2026, 10, 22, 9, 37, 24)))
  })

  test.each([
    ["no Date", { body: page([]), date: null }],
    ["a Date that is none", { body: page([]), date: "yesterday" }],
    ["no list", { body: { continuation_token: "t" } }],
    ["an operation of another kind", { body: page([{ ...change, operation: "TUPLE_OPERATION_MOVE" }]) }],
    ["a change without its time", { body: page([{ tuple_key: ann, operation: change.operation }]) }],
    ["a page without a token, which would begin the feed anew", { body: page([change], "") }],
    ["a page whose token does not go on", { body: page([change]) }],
    ["a refusal", { status: 400, body: { code: "validation_error", message: "start_time" } }],
  ])("with %s is none", async (_, answer) => {
    const { reader } = await reading(answer)
    await expect(window(reader)).rejects.toMatchObject({ code: expect.stringMatching(/^(authz|openfga)\./) })
  })

  test("that the server refuses still tells its time; a proxy's error page does not", async () => {
    const refusing = await reading({ status: 400, body: { code: "validation_error", message: "" } })
    await window(refusing.reader).catch(() => undefined)
    expect(refusing.seen).toHaveLength(1)
    await close()
    server?.close()
    const failing = await reading({ status: 502, body: "bad gateway" })
    await window(failing.reader).catch(() => undefined)
    expect(failing.seen).toEqual([])
  })

  test("of more than 100,000 changes is not read to its end", async () => {
    const answers = Array.from({ length: 1_002 }, (_, index) => ({
      body: page(new Array(100).fill(change), `t${index}`),
    }))
    const { reader } = await reading(...answers)
    expect(await window(reader)).toBe(false)
  })
})

describe("a store", () => {
  test("is gone only where the server says exactly that", async () => {
    expect(
      await (await reading({ status: 404, body: { code: "store_id_not_found" } })).reader.lookAtStore(),
    ).toBe(false)
  })

  test.each([
    ["another 404", { status: 404, body: { code: "undefined_endpoint" } }],
    ["another store", { body: { id: "T" } }],
    ["a page of a proxy", { status: 404, body: "<html>" }],
  ])("is neither there nor gone by %s", async (_, answer) => {
    const { reader } = await reading(answer)
    await expect(reader.lookAtStore()).rejects.toMatchObject(none)
  })
})

test("a single tuple that is not the one asked for, or comes twice, is no answer", async () => {
  const body = (...keys: object[]) => ({ tuples: keys.map((key) => ({ key })), continuation_token: "" })
  for (const answer of [body({ ...ann, user: "user:bob" }), body(ann, ann), { tuples: {} }]) {
    const { reader } = await reading({ body: answer })
    await expect(reader.readStored(ann)).rejects.toMatchObject(none)
    await close()
    server?.close()
  }
})

test("pages that repeat end with an error instead of never", async () => {
  const { reader } = await reading({ body: { tuples: [{ key: ann }], continuation_token: "again" } })
  const all = (async () => {
    for await (const _ of reader.readPages());
  })()
  await expect(all).rejects.toMatchObject(none)
})
