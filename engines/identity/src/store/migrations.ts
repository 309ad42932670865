import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

/** The schema that the migrations below make, and that `migrate` records them in. */
export const identitySchema = "identity"

const initialTables = `
create table identity.realm (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  settings jsonb not null,
  created_at timestamptz not null default now()
);
create table identity.realm_key (
  realm_id uuid not null references identity.realm on delete cascade,
  kid text not null,
  algorithm text not null,
  public_jwk jsonb not null,
  private_jwk bytea not null,
  active boolean not null,
  created_at timestamptz not null default now(),
  primary key (realm_id, kid)
);
create unique index realm_key_active on identity.realm_key (realm_id) where active;

create table identity.client_scope (
  id uuid primary key default gen_random_uuid(),
  realm_id uuid not null references identity.realm on delete cascade,
  name text not null,
  description text,
  attributes jsonb not null,
  realm_default text check (realm_default in ('default', 'optional')),
  unique (realm_id, name),
  unique (realm_id, id)
);
create table identity.client (
  id uuid primary key default gen_random_uuid(),
  realm_id uuid not null references identity.realm on delete cascade,
  client_id text not null,
  secret bytea,
  document jsonb not null,
  created_at timestamptz not null default now(),
  unique (realm_id, client_id),
  unique (realm_id, id)
);
create table identity.client_client_scope (
  realm_id uuid not null,
  client_id uuid not null,
  scope_id uuid not null,
  is_default boolean not null,
  primary key (client_id, scope_id),
  foreign key (realm_id, client_id) references identity.client (realm_id, id) on delete cascade,
  foreign key (realm_id, scope_id) references identity.client_scope (realm_id, id) on delete cascade
);
create table identity.protocol_mapper (
  id uuid primary key default gen_random_uuid(),
  realm_id uuid not null,
  client_id uuid,
  scope_id uuid,
  name text not null,
  protocol_mapper text not null,
  config jsonb not null,
  check (num_nonnulls(client_id, scope_id) = 1),
  unique nulls not distinct (client_id, scope_id, name),
  foreign key (realm_id, client_id) references identity.client (realm_id, id) on delete cascade,
  foreign key (realm_id, scope_id) references identity.client_scope (realm_id, id) on delete cascade
);
create index protocol_mapper_scope on identity.protocol_mapper (scope_id);

create table identity.user_account (
  id uuid primary key default gen_random_uuid(),
  realm_id uuid not null references identity.realm on delete cascade,
  username text not null,
  email text,
  email_verified boolean not null,
  first_name text,
  last_name text,
  enabled boolean not null,
  created_at timestamptz not null default now(),
  not_before bigint not null default 0,
  attributes jsonb not null,
  required_actions jsonb not null,
  service_account_client uuid unique,
  unique (realm_id, username),
  unique (realm_id, email),
  unique (realm_id, id),
  foreign key (realm_id, service_account_client) references identity.client (realm_id, id) on delete cascade
);
create table identity.password (
  user_id uuid primary key,
  realm_id uuid not null,
  hash text not null,
  temporary boolean not null,
  changed_at timestamptz not null default now(),
  foreign key (realm_id, user_id) references identity.user_account (realm_id, id) on delete cascade
);
create table identity.login_failure (
  user_id uuid primary key,
  realm_id uuid not null,
  failures integer not null,
  last_failure_at timestamptz not null,
  locked_until timestamptz,
  foreign key (realm_id, user_id) references identity.user_account (realm_id, id) on delete cascade
);

create table identity.user_group (
  id uuid primary key default gen_random_uuid(),
  realm_id uuid not null references identity.realm on delete cascade,
  parent_id uuid,
  name text not null check (name <> '' and position('/' in name) = 0),
  path text not null,
  description text,
  attributes jsonb not null,
  unique (realm_id, path),
  unique (realm_id, id),
  foreign key (realm_id, parent_id) references identity.user_group (realm_id, id) on delete cascade
);
create index user_group_parent on identity.user_group (parent_id);
create table identity.group_member (
  realm_id uuid not null,
  group_id uuid not null,
  user_id uuid not null,
  primary key (user_id, group_id),
  foreign key (realm_id, group_id) references identity.user_group (realm_id, id) on delete cascade,
  foreign key (realm_id, user_id) references identity.user_account (realm_id, id) on delete cascade
);
create index group_member_group on identity.group_member (group_id);

create table identity.role (
  id uuid primary key default gen_random_uuid(),
  realm_id uuid not null references identity.realm on delete cascade,
  client_id uuid,
  name text not null,
  description text,
  attributes jsonb not null,
  is_realm_default boolean not null default false,
  unique nulls not distinct (realm_id, client_id, name),
  unique (realm_id, id),
  foreign key (realm_id, client_id) references identity.client (realm_id, id) on delete cascade
);
create unique index role_realm_default on identity.role (realm_id) where is_realm_default;
create table identity.role_composite (
  realm_id uuid not null,
  parent_id uuid not null,
  child_id uuid not null,
  primary key (parent_id, child_id),
  foreign key (realm_id, parent_id) references identity.role (realm_id, id) on delete cascade,
  foreign key (realm_id, child_id) references identity.role (realm_id, id) on delete cascade
);
create index role_composite_child on identity.role_composite (child_id);
create table identity.user_role (
  realm_id uuid not null,
  user_id uuid not null,
  role_id uuid not null,
  primary key (user_id, role_id),
  foreign key (realm_id, user_id) references identity.user_account (realm_id, id) on delete cascade,
  foreign key (realm_id, role_id) references identity.role (realm_id, id) on delete cascade
);
create index user_role_role on identity.user_role (role_id);
create table identity.group_role (
  realm_id uuid not null,
  group_id uuid not null,
  role_id uuid not null,
  primary key (group_id, role_id),
  foreign key (realm_id, group_id) references identity.user_group (realm_id, id) on delete cascade,
  foreign key (realm_id, role_id) references identity.role (realm_id, id) on delete cascade
);
create index group_role_role on identity.group_role (role_id);

create table identity.expiring_object (
  realm_id uuid not null references identity.realm on delete cascade,
  model text not null,
  id_digest bytea not null,
  grant_digest bytea,
  uid_digest bytea,
  user_code_digest bytea,
  account_id text,
  client_id text,
  payload bytea not null,
  expires_at timestamptz,
  consumed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (realm_id, model, id_digest)
);
create index expiring_object_grant on identity.expiring_object (realm_id, grant_digest) where grant_digest is not null;
create index expiring_object_uid on identity.expiring_object (realm_id, model, uid_digest) where uid_digest is not null;
create index expiring_object_user_code on identity.expiring_object (realm_id, model, user_code_digest)
  where user_code_digest is not null;
create index expiring_object_account on identity.expiring_object (realm_id, account_id) where account_id is not null;
create index expiring_object_expiry on identity.expiring_object (expires_at);
`

/** The engine's schema, in order. A migration that has left this repository is never edited. */
export const identityMigrations: Record<string, Migration> = {
  "0001-identity": {
    up: async (db: Kysely<unknown>) => {
      await sql.raw(initialTables).execute(db)
    },
  },
}
