import { revealSecret } from "@gatehouse/kernel"
import fc from "fast-check"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createTestDatabase, type TestDatabase } from "../testing/create-test-database.ts"
import { quoteIdentifier, quoteLiteral } from "./identifier.ts"

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: revealSecret(database.url) })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** Texts that lean towards what breaks out of quotes. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 70 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        "\\",
        ";",
        "--",
        "/*",
        "*/",
        "$$",
        "\n",
        "\r",
        "\0",
        "a",
        " ",
        "é",
        "👾",
        "\u2028",
        "E'",
        "U&",
      ),
      {
        maxLength: 24,
      },
    )
    .map((parts) => parts.join("")),
)

test("any name is either refused or the very name that PostgreSQL then holds, and no statement beside it runs", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      let quoted: string
      try {
        quoted = quoteIdentifier(name)
      } catch (error) {
        expect(error).toMatchObject({ code: "postgres.invalid_identifier" })
        const bytes = Buffer.byteLength(name)
        expect(bytes === 0 || bytes > 63 || name.includes("\0") || !name.isWellFormed()).toBe(true)
        return
      }
      const { rows, fields } = await client.query(`select 1 as ${quoted}`)
      expect(fields.map((field) => field.name)).toEqual([name])
      expect(rows).toHaveLength(1)
    }),
    { numRuns: 300 },
  )
})

test("two names are never one identifier", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (one, other) => {
      const quote = (name: string) => {
        try {
          return quoteIdentifier(name)
        } catch {
          return undefined
        }
      }
      const [first, second] = [quote(one), quote(other)]
      if (first === undefined || second === undefined) return
      expect(first === second).toBe(one === other)
    }),
  )
})

test("any text comes back from its literal, whether backslashes escape or not", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, fc.boolean(), async (text, standard) => {
      if (text.includes("\0") || !text.isWellFormed()) {
        expect(() => quoteLiteral(text)).toThrow()
        return
      }
      await client.query(`set standard_conforming_strings = ${standard ? "on" : "off"}`)
      const { rows } = await client.query(`select ${quoteLiteral(text)} as text`)
      expect(rows).toEqual([{ text }])
    }),
    { numRuns: 300 },
  )
})
