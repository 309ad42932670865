import { defineErrors } from "../define-errors.ts"

/** Errors of databases: the embedded cluster, connections, migrations, and handles that only a grant opens. */
export const postgresErrors = defineErrors({
  "postgres.conflict": {
    status: 409,
    message: "Something with that name or id is there already.",
    action: "Choose another name or id, or change what is there.",
  },
  "postgres.reference_conflict": {
    status: 409,
    message: "What this refers to is gone, or something else still refers to it.",
    action: "Read the current state, then try again.",
  },
  "postgres.constraint_violated": {
    status: 500,
    message: "A row was refused by a rule of its table.",
    action: "This is a defect of the service: its validation lets through what its table refuses. Report it.",
  },
  "postgres.refused_by_policy": {
    status: 500,
    message: "The database refused a statement that this login or grant does not allow.",
    action: "This is a defect of the service: it asked for less permission than it used. Report it.",
  },
  "postgres.query_failed": {
    status: 500,
    message: "The database could not run a statement.",
    action: "This is a defect of the service. The log names the SQLSTATE; report it.",
  },
  "postgres.serialization_failure": {
    status: 503,
    message: "Two changes met, and this one gave way.",
    action: "Try again.",
  },
  "postgres.statement_timeout": {
    status: 503,
    message: "The database took too long, so the statement was stopped.",
    action: "Try again with a smaller request.",
  },
  "postgres.transaction_timeout": {
    status: 503,
    message: "A transaction was open for too long, so it was rolled back.",
    action: "Try again with a smaller request.",
  },
  "postgres.unavailable": {
    status: 503,
    message: "The database can't be reached.",
    action: "Try again; if it stays, look at the database's health with `gatehouse status`.",
  },
  "postgres.too_many_connections": {
    status: 503,
    message: "All connections to the database are busy.",
    action: "Try again in a moment.",
  },
  "postgres.storage_full": {
    status: 503,
    message: "The database has no room left to write to.",
    action: "Free space on the disk that holds the database, then try again.",
  },
  "postgres.login_refused": {
    status: 500,
    message: "The database refused the login.",
    action:
      "The keys in the state directory do not belong to this database: restore them, or run `gatehouse reset`.",
  },
  "postgres.organization_not_provisioned": {
    status: 503,
    message: "This organization's database is not there, or not for this service.",
    action: "Provision the organization again; a second run completes what is missing.",
  },
  "postgres.invalid_identifier": {
    status: 500,
    message: "A name can't be used for a database object.",
    action: "This is a defect: names of database objects are 1 to 63 bytes without a zero byte. Report it.",
  },
  "postgres.schema_newer": {
    status: 500,
    message: "The database was written by a newer version of Gatehouse.",
    action: "Start that newer version, or use another state directory.",
  },
  "postgres.migration_failed": {
    status: 500,
    message: "A migration of the database failed and was rolled back.",
    action: "The log names the migration and the SQLSTATE; report it.",
  },
  "postgres.table_without_organization": {
    status: 500,
    message: "A table of an organization's database has no column org_id, so no policy can guard it.",
    action:
      "Add org_id (and project_id, where rows belong to a project) in the migration that makes the table.",
  },
  "postgres.grant_refused": {
    status: 500,
    message: "A database handle was asked for with something that is not a grant.",
    action: "Use the value that requirePermission() returned in this request, itself and unchanged.",
  },
  "postgres.grant_expired": {
    status: 503,
    message: "The grant has died with its request, or is older than 30 seconds.",
    action: "Ask for the permission again in the request or job that uses it.",
  },
  "postgres.audit_missing": {
    status: 500,
    message: "A transaction changed something without an audit record, so it was rolled back.",
    action: "This is a defect of the service: call tx.audit() in the transaction of the change.",
  },
  "postgres.audit_record_refused": {
    status: 500,
    message:
      "An audit record was refused: it is malformed, too large, or has a member that looks like a secret.",
    action: "Keep secrets out of audit details; name what was changed, not its value.",
  },
  "postgres.audit_immutable": {
    status: 500,
    message: "Audit records can't be changed or removed.",
    action: "Append a record that corrects the earlier one.",
  },
  "postgres.binaries_missing": {
    status: 500,
    message: "The PostgreSQL binaries for this machine are not installed.",
    action: "Run npm ci on Linux or macOS (x64 or arm64), or set DATABASE_URL to a PostgreSQL server.",
  },
  "postgres.cannot_change_user": {
    status: 500,
    message: "PostgreSQL does not run as root, and this process can't start it as another user.",
    action: "Start Gatehouse as a user other than root, or set DATABASE_URL to a PostgreSQL server.",
  },
  "postgres.cluster_unreachable": {
    status: 500,
    message: "The folder that holds the embedded database is missing, or can't be made or used.",
    action: "Make the named folder available with its owner unchanged, or run `gatehouse reset`.",
  },
  "postgres.cluster_in_use": {
    status: 500,
    message: "Another running Gatehouse uses the embedded database of this state directory.",
    action: "Stop that one first, or use another state directory.",
  },
  "postgres.cluster_version": {
    status: 500,
    message: "The embedded database was made by another major version of PostgreSQL.",
    action: "Use the version of Gatehouse that made it, or another state directory.",
  },
  "postgres.cluster_failed": {
    status: 500,
    message: "The embedded database did not start.",
    action: "The log shows PostgreSQL's own words. Check free disk space and memory, then start again.",
  },
})
