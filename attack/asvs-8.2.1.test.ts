import { readFile } from "node:fs/promises"
import { join } from "node:path"
import pg from "pg"
import { beforeAll, expect, test } from "vitest"
import { login, postForm, type Tokens } from "../tests/support/login.ts"
import { createClient, createUser } from "./support/admin.ts"
import { acme, addressOf, plane, stateDirectory } from "./support/plane.ts"

/** There are no API keys yet. What does their job are tokens, and the secrets of clients: the same holds for those. */
let credentials: Record<string, string>
let username: string
beforeAll(async () => {
  const user = await createUser("acme")
  const client = await createClient("acme")
  username = user.username
  const { access_token, refresh_token, id_token } = await login({ issuer: acme.issuer, ...user })
  const service = await postForm(`${acme.issuer}/protocol/openid-connect/token`, {
    grant_type: "client_credentials",
    client_id: client.clientId,
    client_secret: client.secret,
  })
  credentials = {
    access_token,
    refresh_token,
    id_token,
    service_token: (service.json as Tokens).access_token,
    password: user.password,
    client_secret: client.secret,
    demo_password: acme.users.owner.password,
    demo_client_secret: acme.serviceClient.clientSecret,
    authorization_key: plane.credentials.authorization ?? "",
    administrator_secret: plane.credentials.identity?.clientSecret ?? "",
    control_token: plane.credentials.control.token,
  }
})
async function connect(database: string): Promise<pg.Client> {
  const { hostname, port } = new URL(addressOf("database"))
  const { username: user, password } = plane.credentials.database ?? {}
  const client = new pg.Client({ host: hostname, port: Number(port), database, user, password })
  await client.connect()
  return client
}

/** Tables of every database that hold one of the texts, as text, as bytes or in base64: what a dump or a backup would. */
async function tablesWith(texts: Readonly<Record<string, string>>): Promise<string[]> {
  const searched = Object.entries(texts).flatMap(([name, text]) => forms(text).map((form) => [name, form]))
  const postgres = await connect("postgres")
  const { rows: databases } = await postgres.query(
    "select datname from pg_database where not datistemplate and datallowconn",
  )
  const found: string[] = []
  for (const { datname } of databases) {
    const client = await connect(datname)
    const { rows: tables } = await client.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    for (const { name } of tables) {
      const { rows } = await client.query(
        `select distinct t.name from ${name} as row, unnest($1::text[], $2::text[]) as t (name, form)
         where position(t.form in row::text) > 0`,
        [searched.map(([name]) => name), searched.map(([, form]) => form)],
      )
      found.push(...rows.map((row) => `${datname} ${name}: ${row.name}`))
    }
    await client.end()
  }
  await postgres.end()
  return found
}

const forms = (text: string) => [
  text,
  Buffer.from(text).toString("hex"),
  Buffer.from(text).toString("base64"),
]

test("the search finds what is stored: the twin", async () => {
  expect(await tablesWith({ username })).toContain("gatehouse_identity identity.user_account: username")
})

test("no table holds a usable credential", async () => {
  for (const [name, text] of Object.entries(credentials))
    expect([name, text.length > 10]).toEqual([name, true])
  expect(await tablesWith(credentials)).toEqual([])
})

test("nor does the log", async () => {
  const log = await readFile(join(stateDirectory, "gatehouse.log"), "utf8")
  expect(log.length).toBeGreaterThan(1_000)
  for (const [name, text] of Object.entries(credentials))
    expect([name, log.includes(text)]).toEqual([name, false])
})

test("and what only its owner may read is readable by its owner alone", async () => {
  const { stat } = await import("node:fs/promises")
  for (const file of ["secrets.json", "plane.json", "demo.json"])
    expect([file, (await stat(join(stateDirectory, file))).mode & 0o077]).toEqual([file, 0])
})
