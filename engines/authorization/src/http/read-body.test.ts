import { IncomingMessage } from "node:http"
import { Socket } from "node:net"
import { expect, test } from "vitest"
import { readMessage } from "./read-body.ts"

/** Rounds of the event loop that go by until a body that has arrived is given to whoever works with it. */
async function roundsUntilRead(body: string): Promise<number> {
  const message = new IncomingMessage(new Socket())
  message.push(body)
  message.push(null)
  let going = true
  let rounds = 0
  const count = () => {
    rounds++
    if (going) setImmediate(count)
  }
  setImmediate(count)
  const read = await readMessage(message, 1_000_000)
  going = false
  expect(read.has("type_definitions")).toBe(true)
  return rounds
}

test("what is done with a large body waits for a turn of its own, with a small one it is done at once", async () => {
  const types = (count: number) =>
    JSON.stringify({ type_definitions: Array.from({ length: count }, () => ({ type: "user" })) })
  expect(await roundsUntilRead(types(10))).toBe(0)
  expect(await roundsUntilRead(types(10_000))).toBeGreaterThan(0)
})
