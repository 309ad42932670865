import type { Logger } from "@gatehouse/telemetry"
import type { ServerConfig } from "../config.ts"
import type { PartName, UpOptions } from "../options.ts"
import type { GeneratedSecrets } from "../state/secrets.ts"
import type { StatePaths } from "../state/state-directory.ts"
import type { Addresses } from "./addresses.ts"
import type { PartRegistry } from "./part-registry.ts"

/** What every step of a start works with. */
export interface PlaneContext {
  readonly options: UpOptions
  readonly config: ServerConfig
  readonly parts: ReadonlySet<PartName>
  readonly paths: StatePaths
  readonly secrets: GeneratedSecrets
  readonly addresses: Addresses
  readonly logger: Logger
  readonly registry: PartRegistry
}

/** The account of realm `master` that Gatehouse works with on the identity wire. */
export const identityClientId = "gatehouse"

/** The role that makes databases and logins; embedded, it is the cluster's own. */
export const databaseAdministrator = "gatehouse"
