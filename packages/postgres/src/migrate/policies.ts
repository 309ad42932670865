import { quoteIdentifier, quoteLiteral } from "../sql/identifier.ts"

/** What the closing script knows of a table. */
export interface TableFacts {
  readonly name: string
  /** A partition gets its parent's triggers by itself. */
  readonly isPartition: boolean
  /** Column names with PostgreSQL's name of their type. */
  readonly columns: Readonly<Record<string, string>>
}

/** Every policy of ours begins with it; at a new run they are dropped by it. */
export const policyPrefix = "gatehouse_"

/**
 * The settings of a scoped transaction. After one, a setting is '' and not NULL, hence nullif. In a subquery, PostgreSQL reads
 * them once a statement and not once a row.
 */
const setting = (name: string) => `(select nullif(current_setting('gatehouse.${name}', true), ''))`
const organization = setting("org_id")
const project = `(select nullif(current_setting('gatehouse.project_id', true), '')::uuid)`
const verbs = setting("verbs")
const object = setting("object_id")
const mayWrite = `${verbs} in ('insert_update', 'delete')`

/**
 * Which rows a grant sees. INVARIANT 3: where the organization is not set, or the project in a table that has one, a comparison
 * with NULL lets no row through. In a table without projects, a grant on a project sees the row that is that project; the rest
 * takes a grant on the organization.
 */
function visibleRows({ columns }: TableFacts): string {
  if (columns.project_id !== undefined) return `org_id = ${organization} and project_id = ${project}`
  const own = columns.id === "uuid" ? ` or id = ${project}` : ""
  return `org_id = ${organization} and (${project} is null${own})`
}

/**
 * Row-level security of one table. The policies that restrict hold together with any that a migration adds: those can only
 * narrow further.
 */
export function policyStatements(schema: string, table: TableFacts): string[] {
  const target = `${quoteIdentifier(schema)}.${quoteIdentifier(table.name)}`
  const rows = visibleRows(table)
  const removable = table.columns.id === undefined ? "false" : `${verbs} = 'delete' and id::text = ${object}`
  return [
    `alter table ${target} enable row level security`,
    `create policy ${policyPrefix}open on ${target} as permissive for all using (true) with check (true)`,
    `create policy ${policyPrefix}select on ${target} as restrictive for select using (${rows})`,
    `create policy ${policyPrefix}insert on ${target} as restrictive for insert with check (${rows} and ${mayWrite})`,
    `create policy ${policyPrefix}update on ${target} as restrictive for update using (${rows} and ${mayWrite}) with check (${rows} and ${mayWrite})`,
    `create policy ${policyPrefix}delete on ${target} as restrictive for delete using (${rows} and ${removable})`,
  ]
}

/**
 * Row-level security of the audit log. A login appends what its own transaction does; only the reading one sees rows, those of
 * its grant's project, or all of them with a grant on the organization.
 */
export function auditStatements(logins: readonly string[], readers: readonly string[]): string[] {
  const columns =
    "id, actor, actor_type, action, resource_type, resource_id, organization, project, decision_id, request_id, outcome, intent_id, details"
  const target = "audit.record"
  return [
    `alter table ${target} enable row level security`,
    `create policy ${policyPrefix}open on ${target} as permissive for all using (true) with check (true)`,
    `create policy ${policyPrefix}select on ${target} as restrictive for select using (organization = ${organization} and (${project} is null or project = ${project}))`,
    `create policy ${policyPrefix}insert on ${target} as restrictive for insert with check (organization = ${organization} and project is not distinct from ${project} and ${mayWrite})`,
    `revoke all on ${target} from ${["public", ...logins.map(quoteIdentifier)].join(", ")}`,
    ...logins.flatMap((login) => [
      `grant usage on schema audit to ${quoteIdentifier(login)}`,
      `grant insert (${columns}) on ${target} to ${quoteIdentifier(login)}`,
    ]),
    ...readers.map((login) => `grant select on ${target} to ${quoteIdentifier(login)}`),
  ]
}

/** INVARIANT 4: at commit, every change of a row asks for an audit record of the same transaction. */
export function auditTriggerStatements(schema: string, table: TableFacts): string[] {
  if (table.isPartition) return []
  const target = `${quoteIdentifier(schema)}.${quoteIdentifier(table.name)}`
  return [
    `drop trigger if exists ${policyPrefix}audited on ${target}`,
    `create constraint trigger ${policyPrefix}audited after insert or update or delete on ${target}
      deferrable initially deferred for each row execute function audit.require_record()`,
  ]
}

/**
 * `<table>_parent(id)`: the project of one resource, for the SDK, which has to know it before it can ask for a grant. It steps
 * over the policies, and tells nothing but that one column.
 */
export function parentFunctionStatements(schema: string, table: string, login: string): string[] {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(`${table}_parent`)}`
  const body = `select t.project_id from ${quoteIdentifier(schema)}.${quoteIdentifier(table)} t where t.id = $1`
  return [
    `create or replace function ${name}(id uuid) returns table (project_id uuid) language sql stable security definer
      set search_path = pg_catalog, pg_temp as ${quoteLiteral(body)}`,
    `revoke all on function ${name}(uuid) from public`,
    `grant execute on function ${name}(uuid) to ${quoteIdentifier(login)}`,
  ]
}
