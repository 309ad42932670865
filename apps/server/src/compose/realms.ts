import { platformOrganizationId } from "@gatehouse/contracts"
import { type IdentityClient, realmTemplate } from "@gatehouse/keycloak"
import type { RealmDirectory } from "@gatehouse/service-governance"
import type { Addresses } from "./addresses.ts"

/** The realms of this plane: the directory, and making each what the template says at the addresses of this start. */
export interface Realms extends RealmDirectory {
  readonly client: IdentityClient
  /** From now on, realms are told to report the end of sessions to this address of governance. */
  tellOfLogouts(governanceUrl: string): void
}

/** Realms at the identity server, embedded or not. */
export function createRealms(addresses: Addresses, client: IdentityClient): Realms {
  let governanceUrl: string | undefined
  return {
    ...client.directory(),
    client,
    tellOfLogouts: (url) => {
      governanceUrl = url
    },
    ensureRealm: async (organization, { name }) => {
      await client.ensureRealm(
        realmTemplate({
          organization,
          displayName: name,
          organizationUrl: addresses.organization(organization),
          isPlatform: organization === platformOrganizationId,
          ...(governanceUrl === undefined
            ? {}
            : { backchannelLogoutUrl: `${governanceUrl}/internal/backchannel-logout/${organization}` }),
        }),
      )
    },
  }
}
