import { type Kysely, sql } from "kysely"
import { changeChannel } from "./schema.ts"

/**
 * The whole of a write as one function, so that a store is locked for one round trip and no longer. It locks the store's row, so
 * that positions are given in commit order and without gaps; then changes all or nothing. The caller gives every key once.
 *
 * Returns one row. `outcome` is a kind of TupleWriteOutcome. `failed` is the number of the key that the outcome is about, from 1.
 * `deleted` and `written` are the numbers of the keys that changed something: deletes first, they have the last positions up to
 * `head`. `microseconds` is their time, `before` that of the change before them.
 *
 * A tuple's row is the log's line about its writing for as long as it is there, so a write adds one row for each tuple. A delete
 * moves that line into `openfga.past_change` and adds its own.
 *
 * What must not exist is inserted without a look before it: the key's index says whether it did, and a look would cost as
 * much as the insert. Where one is looked for, it is each key by itself (`lateral`, `limit 1`): what the planner would rather do with
 * a table that has just been made, and it keeps its plans, is to read a whole store.
 */
export async function createWriteFunction(db: Kysely<unknown>): Promise<void> {
  // What a function returns can't be replaced.
  await sql`drop function if exists openfga.write_tuples`.execute(db)
  await sql`
    create function openfga.write_tuples(
      a_store text, a_expected_latest text, a_ignore_missing boolean, a_ignore_duplicate boolean,
      d_object text[], d_relation text[], d_user text[],
      w_object text[], w_relation text[], w_user text[], w_condition_name text[], w_condition_context text[]
    ) returns table (outcome text, failed bigint, latest text, head bigint, microseconds bigint, before bigint,
      deleted bigint[], written bigint[])
    language plpgsql set enable_seqscan = off
    as $body$
    declare
      v_store openfga.store%rowtype;
      v_places bigint[];
      v_missing bigint;
      v_conflict bigint;
    begin
      select * into v_store from openfga.store s where s.id = a_store and s.deleted_at is null for update;
      if not found then outcome := 'no_store'; return next; return; end if;
      latest := v_store.latest_model;
      head := v_store.head;
      before := v_store.changed_microseconds;
      if a_expected_latest is not null and a_expected_latest is distinct from latest then
        outcome := 'model_changed'; return next; return;
      end if;

      select array_agg(k.n order by k.n) filter (where t.place is not null),
        array_agg(t.place order by k.n) filter (where t.place is not null),
        min(k.n) filter (where t.place is null)
      into deleted, v_places, v_missing
      from unnest(d_object, d_relation, d_user) with ordinality as k(object, relation, "user", n)
      left join lateral (
        select place from openfga.tuple
        where store = v_store.number and object = k.object and relation = k.relation and "user" = k."user" limit 1
      ) t on true;
      if v_missing is not null and not a_ignore_missing then
        outcome := 'missing'; failed := v_missing; return next; return;
      end if;

      if a_ignore_duplicate then
        select
          array_agg(k.n order by k.n) filter (where t.place is null),
          min(k.n) filter (where t.place is not null and (t.condition_name, t.condition_context)
            is distinct from (k.condition_name, k.condition_context))
        into written, v_conflict
        from unnest(w_object, w_relation, w_user, w_condition_name, w_condition_context)
          with ordinality as k(object, relation, "user", condition_name, condition_context, n)
        left join lateral (
          select place, condition_name, condition_context from openfga.tuple
          where store = v_store.number and object = k.object and relation = k.relation and "user" = k."user" limit 1
        ) t on true;
        if v_conflict is not null then
          outcome := 'condition_conflict'; failed := v_conflict; return next; return;
        end if;
      else
        written := array(select generate_series(1, cardinality(w_object)));
      end if;

      outcome := 'written';
      deleted := coalesce(deleted, '{}');
      written := coalesce(written, '{}');
      if cardinality(deleted) + cardinality(written) = 0 then return next; return; end if;
      -- Never before the change before, so that start_time finds what it should after a clock went back.
      microseconds := greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, before);

      begin
        if cardinality(deleted) > 0 then
          with gone as (
            delete from openfga.tuple where place = any(v_places)
            returning place, written_microseconds, object, relation, "user", condition_name, condition_context
          )
          insert into openfga.past_change
            (place, changed_microseconds, operation, object, relation, "user", condition_name, condition_context)
          select place, written_microseconds, 'write', object, relation, "user", condition_name, condition_context
          from gone
          union all
          select openfga.place(v_store.number, head + d.turn), microseconds, 'delete', object, relation, "user", null, null
          from gone join unnest(v_places) with ordinality as d(place, turn) using (place);
          head := head + cardinality(deleted);
        end if;

        if cardinality(written) > 0 then
          insert into openfga.tuple
            (place, written_microseconds, store, object, relation, "user", condition_name, condition_context)
          select openfga.place(v_store.number, head + w.turn), microseconds, v_store.number,
            k.object, k.relation, k."user", k.condition_name, k.condition_context
          from unnest(w_object, w_relation, w_user, w_condition_name, w_condition_context)
            with ordinality as k(object, relation, "user", condition_name, condition_context, n)
          join unnest(written) with ordinality as w(n, turn) using (n);
          head := head + cardinality(written);
        end if;
      exception when unique_violation then
        select min(k.n) into failed
        from unnest(w_object, w_relation, w_user) with ordinality as k(object, relation, "user", n)
        cross join lateral (
          select place from openfga.tuple
          where store = v_store.number and object = k.object and relation = k.relation and "user" = k."user" limit 1
        ) t;
        if failed is null then raise; end if;
        outcome := 'duplicate'; return next; return;
      end;

      update openfga.store s set head = write_tuples.head, changed_microseconds = write_tuples.microseconds where s.id = a_store;
      perform pg_notify('${sql.raw(changeChannel)}', a_store || ' ' || head);
      return next;
    end
    $body$`.execute(db)
}
