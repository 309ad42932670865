import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"
import { auditImmutableState, auditMissingState } from "../pool/driver-errors.ts"

/** The schema of the audit log, in every organization's database. */
export const auditSchema = "audit"

/**
 * The audit log of one database: append-only, and a function that refuses a commit without a record. Run as the owner that no
 * login is.
 */
export const auditMigrations: Readonly<Record<string, Migration>> = {
  "0001-record": {
    async up(db: Kysely<unknown>): Promise<void> {
      await createRecordTable(db)
      await forbidChange(db)
      await createRequirement(db)
    },
  },
}

/**
 * `transaction_id` joins a record to the change beside it, and gives the later sequencer the order in which transactions
 * ended. The database fills it and the time; no login may choose them.
 */
async function createRecordTable(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit.record (
    id uuid primary key,
    occurred_at timestamptz not null default clock_timestamp(),
    actor text not null,
    actor_type text not null,
    action text not null,
    resource_type text not null,
    resource_id text not null,
    organization text not null,
    project uuid,
    decision_id text,
    request_id text,
    outcome text not null check (outcome in ('intent', 'done', 'failed')),
    intent_id uuid,
    details jsonb not null default '{}',
    transaction_id xid8 not null default pg_current_xact_id()
  )`.execute(db)
  await sql`create index record_by_transaction on audit.record (transaction_id)`.execute(db)
  await sql`create index record_by_resource on audit.record (resource_type, resource_id, id desc)`.execute(db)
}

/** Whoever asks, the owner too: a record that is there stays as it is. Also where triggers are switched off for a session. */
async function forbidChange(db: Kysely<unknown>): Promise<void> {
  await sql`create function audit.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as ${sql.lit(
    `begin raise exception 'audit records are append-only' using errcode = '${auditImmutableState}'; end`,
  )}`.execute(db)
  await sql`create trigger append_only before update or delete or truncate on audit.record
    for each statement execute function audit.refuse_change()`.execute(db)
  await sql`alter table audit.record enable always trigger append_only`.execute(db)
}

/**
 * INVARIANT 4, in the database: a row-level trigger on every guarded table calls this at the end of the transaction. Members of
 * the owner (migrations, the administrator) are let through; a service's login never is one.
 */
async function createRequirement(db: Kysely<unknown>): Promise<void> {
  await sql`create function audit.require_record() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as ${sql.lit(`begin
      if pg_has_role(session_user, current_user, 'member') then return null; end if;
      if not exists (select from audit.record where transaction_id = pg_current_xact_id()) then
        raise exception 'a change without an audit record' using errcode = '${auditMissingState}';
      end if;
      return null;
    end`)}`.execute(db)
  await sql`revoke all on all functions in schema audit from public`.execute(db)
}
