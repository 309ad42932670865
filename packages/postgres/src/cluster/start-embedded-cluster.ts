import { type EmbeddedCluster, type EmbeddedClusterOptions, startCluster } from "./start-cluster.ts"

/**
 * Starts PostgreSQL in the state directory, and makes the cluster at the first start. Recovers by itself from an earlier
 * run that was killed, a server still running included. Resolves when it takes connections. Throws `server.port_taken`
 * and `postgres.*` errors that each say what to do.
 */
export function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  return startCluster(options, true)
}
