import { compileModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { TupleMemory } from "./tuple-memory.ts"

const model = compileModel({
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "document",
      relations: { viewer: { this: {} } },
      metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user" }] } } },
    },
  ],
})
const ann = { user: "user:ann", relation: "viewer", object: "document:1" }
const bob = { ...ann, user: "user:bob" }

test("a fact that was asked for before somebody touched the tuple is refused, for this tuple alone", () => {
  const memory = new TupleMemory(model)
  const early = memory.hold()
  const late = memory.hold()
  expect(memory.put(ann, ann, late)).toBe(true)
  expect(memory.put(ann, undefined, early)).toBe(false)
  expect(memory.put(bob, bob, early)).toBe(true)
  expect([...memory.tuples.read()]).toHaveLength(2)
})

test("touches are forgotten only when nobody is left who could be too late", () => {
  const memory = new TupleMemory(model)
  const early = memory.hold()
  memory.put(ann, ann, early)
  const late = memory.hold()
  memory.forgetTouches()
  expect(memory.isTouched(ann, early)).toBe(true)
  expect(memory.isTouched(ann, late)).toBe(false)
  memory.release(early)
  memory.forgetTouches()
  expect(memory.put(ann, undefined, late)).toBe(true)
})

test("a moment that is not held any more, or is another memory's, lets nothing in", () => {
  const memory = new TupleMemory(model)
  const ended = memory.hold()
  memory.release(ended)
  expect(memory.put(ann, ann, ended)).toBe(false)
  expect(memory.put(ann, ann, new TupleMemory(model).hold())).toBe(false)
  expect(memory.tuples.size).toBe(0)
})
