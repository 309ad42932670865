import { revealSecret } from "@gatehouse/kernel"
import pg from "pg"
import { expect, test } from "vitest"
import { createTestDatabase } from "./create-test-database.ts"

test("every test database is a real, empty PostgreSQL database that compares text by bytes", async () => {
  await using database = await createTestDatabase()
  const client = new pg.Client({ connectionString: revealSecret(database.url) })
  await client.connect()
  try {
    const { rows } = await client.query(`select 'a' = 'A' as case_, 'a' = 'a ' as blank, 'e' = 'é' as accent,
      lower('É') = 'é' as letters, current_setting('fsync') as fsync, current_database() as name`)
    expect(rows).toEqual([
      { case_: false, blank: false, accent: false, letters: true, fsync: "off", name: database.name },
    ])
  } finally {
    await client.end()
  }
})
