import { sql } from "kysely"
import type { Migration } from "kysely/migration"

/**
 * JSON is kept as text: it comes back exactly as it was sent, `\u0000` included, which jsonb would refuse. A tuple's key
 * stays under the 2,704 bytes that a B-tree takes: 26 + 1,024 + 200 + 512 at most.
 */
const createTables: Migration = {
  async up(db) {
    await sql`
      create table openfga.store (
        id text collate "C" primary key,
        name text collate "C" not null,
        created_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        deleted_at timestamptz,
        head bigint not null default 0,
        changed_at timestamptz,
        model_head bigint not null default 0,
        latest_model text collate "C"
      )`.execute(db)
    await sql`
      create table openfga.model (
        store text collate "C" not null references openfga.store,
        id text collate "C" not null,
        sequence bigint not null,
        body text not null,
        primary key (store, id),
        unique (store, sequence)
      )`.execute(db)
    await sql`
      create table openfga.tuple (
        store text collate "C" not null references openfga.store,
        object text collate "C" not null,
        relation text collate "C" not null,
        "user" text collate "C" not null,
        condition_name text collate "C",
        condition_context text,
        position bigint not null,
        written_at timestamptz not null,
        primary key (store, object, relation, "user"),
        unique (store, position)
      )`.execute(db)
    await sql`create index tuple_by_user on openfga.tuple (store, "user", object)`.execute(db)
    await sql`
      create table openfga.change (
        store text collate "C" not null references openfga.store,
        position bigint not null,
        operation text not null check (operation in ('write', 'delete')),
        object text collate "C" not null,
        relation text collate "C" not null,
        "user" text collate "C" not null,
        condition_name text collate "C",
        condition_context text,
        changed_at timestamptz not null,
        primary key (store, position)
      )`.execute(db)
    await sql`create index change_by_time on openfga.change (store, changed_at, position)`.execute(db)
    await sql`
      create table openfga.assertion (
        store text collate "C" not null,
        model text collate "C" not null,
        body text not null,
        primary key (store, model),
        foreign key (store, model) references openfga.model
      )`.execute(db)
  },
}

/** The schema's history, by name in order. */
export const migrations: Record<string, Migration> = {
  "0001_create_tables": createTables,
}
