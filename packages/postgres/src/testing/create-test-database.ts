import { randomBytes } from "node:crypto"
import { revealSecret, Secret } from "@gatehouse/kernel"
import pg from "pg"
import { inject } from "vitest"
import { quoteIdentifier } from "../sql/identifier.ts"
import type {} from "./global-setup.ts"

/** A database of one test file's own. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  /** The administrator's address of this database. */
  readonly url: Secret
  /** Ends every connection to it and removes it. The cluster goes with the run, so this is for those who make many. */
  drop(): Promise<void>
}

/** The administrator's address of the run's cluster: may create roles and databases. */
export function testAdminUrl(): Secret {
  return new Secret(inject("adminUrl"))
}

/**
 * An empty database on the run's real cluster, 20 to 70 ms. With `template`, a copy of that database, which nobody may be
 * connected to at the time.
 */
export async function createTestDatabase(
  options: { readonly template?: string } = {},
): Promise<TestDatabase> {
  const name = `test_${uniqueSuffix()}`
  const template = quoteIdentifier(options.template ?? "template0")
  await administer(`create database ${quoteIdentifier(name)} template ${template}`)
  const url = new URL(inject("adminUrl"))
  url.pathname = `/${name}`
  const drop = () => administer(`drop database if exists ${quoteIdentifier(name)} with (force)`)
  return { name, url: new Secret(url.href), drop, [Symbol.asyncDispose]: drop }
}

/** A name for an organization, login or database that no other test file uses: `acme-k3m9x2`. */
export function uniqueName(stem: string): string {
  return `${stem}-${uniqueSuffix()}`
}

/** Letters and digits, beginning with a letter. */
function uniqueSuffix(): string {
  return `x${BigInt(`0x${randomBytes(5).toString("hex")}`).toString(36)}`
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: revealSecret(testAdminUrl()) })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
