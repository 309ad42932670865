import type { OrganizationId } from "@gatehouse/contracts"
import { type Generated, type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

/** An organization is `provisioning` until every part of it exists. */
export type OrganizationState = "provisioning" | "active"

/** Organizations, in governance's own database, for it alone sees more than one. */
export interface OrganizationTable {
  id: OrganizationId
  name: string
  state: OrganizationState
  created_at: Date
}

/** A change to an outside engine that has begun and not ended: what a later start completes. */
export interface PendingChangeTable {
  id: string
  organization: OrganizationId
  kind: string
  /** What the change is about, to find others on the same thing: a project's id. */
  subject: string
  payload: unknown
  requested_by: string
  begun_at: Date
}

/** An event of the revocation feed. `position` follows the order of commits. */
export interface RevocationTable {
  position: Generated<string>
  organization: OrganizationId
  event: unknown
  at: Date
}

/** Logout tokens that were seen, so that none counts twice. */
export interface SeenLogoutTokenTable {
  organization: OrganizationId
  token_id: string
  seen_at: Date
}

/** The service's own database, `gatehouse_governance`. No tenant's content is in it. */
export interface RegistryTables {
  organization: OrganizationTable
  pending_change: PendingChangeTable
  revocation: RevocationTable
  seen_logout_token: SeenLogoutTokenTable
}

/** The schema inside `gatehouse_governance`. */
export const registrySchema = "governance"

/** The registry's schema in steps, applied in the order of their names and never edited. */
export const registryMigrations: Readonly<Record<string, Migration>> = {
  "0001-registry": {
    up: async (db: Kysely<unknown>) => {
      await sql`create table organization (
        id text primary key,
        name text not null,
        state text not null check (state in ('provisioning', 'active')),
        created_at timestamptz not null
      )`.execute(db)
      await sql`create table pending_change (
        id uuid primary key,
        organization text not null references organization (id),
        kind text not null,
        subject text not null,
        payload jsonb not null,
        requested_by text not null,
        begun_at timestamptz not null
      )`.execute(db)
      await sql`create index pending_change_subject on pending_change (organization, subject)`.execute(db)
      await sql`create table revocation (
        position bigint generated always as identity primary key,
        organization text not null,
        event jsonb not null,
        at timestamptz not null
      )`.execute(db)
      await sql`create index revocation_at on revocation (at)`.execute(db)
      await sql`create table seen_logout_token (
        organization text not null,
        token_id text not null,
        seen_at timestamptz not null,
        primary key (organization, token_id)
      )`.execute(db)
    },
  },
}
