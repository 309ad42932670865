import { IncomingMessage } from "node:http"
import { Socket } from "node:net"
import { turnsDuring } from "@gatehouse/kernel/testing"
import { expect, test } from "vitest"
import { readMessage } from "./read-body.ts"

/** Turns that others have until a body that has arrived is given to whoever works with it. */
async function turnsUntilRead(body: string): Promise<number> {
  const message = new IncomingMessage(new Socket())
  message.push(body)
  message.push(null)
  return turnsDuring(async () => {
    const read = await readMessage(message, 1_000_000)
    expect(read.has("type_definitions")).toBe(true)
  })
}

test("what is done with a large body waits for a turn of its own, with a small one it is done at once", async () => {
  const types = (count: number) =>
    JSON.stringify({ type_definitions: Array.from({ length: count }, () => ({ type: "user" })) })
  expect(await turnsUntilRead(types(10))).toBe(0)
  expect(await turnsUntilRead(types(10_000))).toBeGreaterThan(0)
})
