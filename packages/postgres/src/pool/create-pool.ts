import { revealSecret, Secret } from "@gatehouse/kernel"
import pg from "pg"
import { rewrapDriverError } from "./driver-errors.ts"
import { RewrappingClient } from "./rewrapping-client.ts"

/** Where to connect and as whom. */
export interface ConnectionParts {
  /** The server without user and database: `postgres://127.0.0.1:8084`, query parameters such as `sslmode` included. */
  readonly serverUrl: string
  readonly database: string
  readonly login: string
  readonly password: Secret
}

/** Where a pool connects, as whom, and how often. */
export interface PoolOptions {
  readonly url: Secret | ConnectionParts
  /** Connections at most. Who needs another waits for at most 5 s. */
  readonly max: number
  /** Shown by the server in pg_stat_activity. */
  readonly applicationName: string
}

/** A connection that nobody uses is closed after this time: each costs the server 2 to 5 MB. */
const idleMilliseconds = 5_000
/** For a free connection, and for a new one to be made. */
const connectMilliseconds = 5_000

/**
 * A pool of connections. Every error of the driver comes as a `postgres.*` code, without values of rows.
 * Timeouts of statements and transactions are settings of the login, made with it.
 */
export function createPool({ url, max, applicationName }: PoolOptions): pg.Pool {
  const pool = new RewrappingPool({
    connectionString: revealSecret(url instanceof Secret ? url : connectionUrl(url)),
    max,
    application_name: applicationName,
    idleTimeoutMillis: idleMilliseconds,
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
    Client: RewrappingClient,
  })
  // An idle connection that the server closes is taken out of the pool; there is nothing else to do.
  pool.on("error", () => {})
  return pool
}

/** The address of a database, with its login and password in it. */
export function connectionUrl({ serverUrl, database, login, password }: ConnectionParts): Secret {
  const address = new URL(serverUrl)
  address.username = encodeURIComponent(login)
  address.password = encodeURIComponent(revealSecret(password))
  address.pathname = `/${encodeURIComponent(database)}`
  return new Secret(address.href)
}

/** The same server and login, another database. */
export function urlOfDatabase(url: Secret, database: string): Secret {
  const address = new URL(revealSecret(url))
  address.pathname = `/${encodeURIComponent(database)}`
  return new Secret(address.href)
}

/** The pool's own errors: no free connection in time, ended. */
class RewrappingPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super(config)
    // INVARIANT 5: the address holds the password; the driver hides only a password that stands alone.
    Object.defineProperty(this.options, "connectionString", { enumerable: false })
    const connect = super.connect.bind(this) as (...parameters: unknown[]) => unknown
    Object.defineProperty(this, "connect", {
      value: (...parameters: unknown[]) => {
        const answer = connect(...parameters)
        if (!(answer instanceof Promise)) return answer
        return answer.catch((error: unknown) => {
          throw rewrapDriverError(error)
        })
      },
    })
  }
}
