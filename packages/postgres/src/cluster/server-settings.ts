/**
 * How the embedded server runs: durable, small, and quiet about values. Given on its command line at every start, so
 * that they change with the release and not with the file that initdb wrote.
 */
export const serverSettings: Readonly<Record<string, string>> = {
  // INVARIANT 9: what is acknowledged is on the disk.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",

  // No socket in the file system: only loopback addresses, each of them asking for the password.
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",

  // One laptop, the whole plane below 400 MB: few buffers, no helper processes that nobody needs.
  shared_buffers: "24MB",
  work_mem: "4MB",
  maintenance_work_mem: "32MB",
  max_connections: "200",
  io_method: "sync",
  max_worker_processes: "2",
  max_parallel_workers: "0",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  autovacuum_worker_slots: "2",
  autovacuum_max_workers: "2",
  max_logical_replication_workers: "0",
  max_wal_senders: "0",
  wal_level: "minimal",
  max_wal_size: "256MB",
  min_wal_size: "32MB",
  jit: "off",
  update_process_title: "off",

  // INVARIANT 5: an error goes to the client alone. The server's log names neither statements, nor rows, nor parameters.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
  log_line_prefix: "",
  log_timezone: "UTC",
  timezone: "UTC",
}

/** Settings as parameters of the `postgres` program. */
export function toParameters(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
}
