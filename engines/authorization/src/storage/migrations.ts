import { sql } from "kysely"
import type { Migration } from "kysely/migration"
import { createWriteFunction } from "./write-function.ts"

/**
 * JSON is kept as text: it comes back exactly as it was sent, `\u0000` included, which jsonb would refuse. A tuple's key
 * stays under the 2,704 bytes that a B-tree takes: 4 + 1,024 + 200 + 512 at most.
 *
 * `place` is a store's number and a position in it, in one number: whoever asks for tuples by their keys has one index that fits,
 * whatever the planner believes of a table that has just been made. Tuples and changes refer to their store without a
 * constraint, which would look at the store once for each row; only the function writes them, under the store's lock.
 */
const createTables: Migration = {
  async up(db) {
    await sql`
      create table openfga.store (
        id text collate "C" primary key,
        number integer not null unique generated always as identity (maxvalue 8388607),
        name text collate "C" not null,
        created_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        deleted_at timestamptz,
        head bigint not null default 0,
        changed_microseconds bigint not null default 0,
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
        place bigint not null unique,
        written_microseconds bigint not null,
        store integer not null,
        object text collate "C" not null,
        relation text collate "C" not null,
        "user" text collate "C" not null,
        condition_name text collate "C",
        condition_context text,
        primary key (store, object, relation, "user")
      )`.execute(db)
    await sql`create index tuple_by_user on openfga.tuple (store, "user", object)`.execute(db)
    await sql`
      create table openfga.change (
        place bigint primary key,
        changed_microseconds bigint not null,
        operation text not null,
        object text collate "C" not null,
        relation text collate "C" not null,
        "user" text collate "C" not null,
        condition_name text collate "C",
        condition_context text
      )`.execute(db)
    await sql`
      create table openfga.assertion (
        store text collate "C" not null,
        model text collate "C" not null,
        body text not null,
        primary key (store, model),
        foreign key (store, model) references openfga.model
      )`.execute(db)
    await sql`
      create function openfga.place(a_store integer, a_position bigint) returns bigint
      language sql immutable parallel safe return (a_store::bigint << 40) | a_position`.execute(db)
    await sql`
      create function openfga.position(a_place bigint) returns bigint
      language sql immutable parallel safe return a_place & ((1::bigint << 40) - 1)`.execute(db)
  },
}

/**
 * The log's lines about the writing of tuples that are there are these tuples' own rows; `past_change` holds what no tuple shows: deletes,
 * and the writing of what has been deleted since. Half the rows of a write, and nothing is lost: `change_log` is the whole log. The
 * table has another name than before, so that an engine of before that still runs fails to read the log instead of missing a part.
 */
const shareRowsWithLog: Migration = {
  async up(db) {
    await sql`alter table openfga.change rename to past_change`.execute(db)
    await sql`delete from openfga.past_change c using openfga.tuple t where c.place = t.place`.execute(db)
    await sql`
      create view openfga.change_log as
      select place, changed_microseconds, operation, object, relation, "user", condition_name, condition_context
      from openfga.past_change
      union all
      select place, written_microseconds, 'write', object, relation, "user", condition_name, condition_context
      from openfga.tuple`.execute(db)
    await createStartFunction(db)
  },
}

/** A write says when it and the change before it were committed, so that a view knows whether the log it follows is still the same. */
const tellTimesOfWrites: Migration = { up: createWriteFunction }

/**
 * The position before a store's first change at that time or later. Times never go back in position order, so halving finds it
 * without an index.
 */
async function createStartFunction(db: Parameters<typeof createWriteFunction>[0]): Promise<void> {
  await sql`
    create or replace function openfga.position_before(a_store integer, a_head bigint, a_microseconds bigint) returns bigint
    language plpgsql stable as $body$
    declare
      v_low bigint := 0;
      v_high bigint := a_head;
      v_middle bigint;
    begin
      while v_low < v_high loop
        v_middle := (v_low + v_high + 1) / 2;
        if (select c.changed_microseconds < a_microseconds from openfga.change_log c
            where c.place = openfga.place(a_store, v_middle)) then
          v_low := v_middle;
        else
          v_high := v_middle - 1;
        end if;
      end loop;
      return v_low;
    end
    $body$`.execute(db)
}

/** The schema's history, by name in order. */
export const migrations: Record<string, Migration> = {
  "0001_create_tables": createTables,
  "0002_share_rows_with_log": shareRowsWithLog,
  "0003_tell_times_of_writes": tellTimesOfWrites,
}
