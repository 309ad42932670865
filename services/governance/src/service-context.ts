import type { Clock } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import type { Gatehouse } from "@gatehouse/sdk"
import type { JobAuthFactory } from "@gatehouse/sdk/jobs"
import type { Logger } from "@gatehouse/telemetry"
import type { LogoutTokenVerifier } from "@gatehouse/tokens"
import type { Kysely } from "kysely"
import type { PlatformAddresses } from "./addresses.ts"
import type { OrganizationTables } from "./database/organization-schema.ts"
import type { RegistryTables } from "./database/registry-schema.ts"
import type { RealmDirectory } from "./directory/realm-directory.ts"
import type { Completion } from "./journal/completion.ts"
import type { Journal } from "./journal/journal.ts"
import type { RevocationStore } from "./revocation/revocation-store.ts"

/** What the use cases of the control plane work with. */
export interface GovernanceContext {
  readonly gatehouse: Gatehouse<OrganizationTables>
  readonly authorizer: Authorizer
  readonly realms: RealmDirectory
  /** The service's own database. */
  readonly registry: Kysely<RegistryTables>
  readonly journal: Journal
  readonly completion: Completion
  /** Asks for permissions as the service itself, to complete what a killed process began. */
  readonly actAsService: JobAuthFactory
  readonly revocations: RevocationStore
  readonly logoutTokens: LogoutTokenVerifier
  readonly addresses: PlatformAddresses
  readonly clock: Clock
  readonly logger: Logger
}
