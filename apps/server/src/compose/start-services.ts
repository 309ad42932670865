import { permissionModel } from "@gatehouse/contracts"
import { type RunningPart, revealSecret, Secret } from "@gatehouse/kernel"
import { createIdentityClient, type IdentityClient } from "@gatehouse/keycloak"
import { createReplicaAuthorizer, ensureStore, type ReplicaAuthorizer } from "@gatehouse/openfga"
import { createOrganizationDatabases, deriveLoginPassword, ensureServiceDatabase } from "@gatehouse/postgres"
import { acceptInternalTokens } from "@gatehouse/sdk"
import { createGatewayService } from "@gatehouse/service-gateway"
import {
  createGovernanceService,
  type GovernanceService,
  governanceOrganizationSchema,
} from "@gatehouse/service-governance"
import { createSbomService, sbomOrganizationSchema } from "@gatehouse/service-sbom"
import {
  createInternalTokenIssuer,
  createInternalTokenVerifier,
  type InternalTokenIssuer,
} from "@gatehouse/tokens"
import type { PlaneContext } from "./plane-context.ts"
import { createRealms, type Realms } from "./realms.ts"
import type { RunningDatabase } from "./start-database.ts"

/** The services that run, as the demo needs them. */
export interface RunningServices {
  readonly governance: GovernanceService
  readonly realms: Realms
  readonly internalTokens: InternalTokenIssuer
}

/** What several services share: one client of each wire, and who signs what the gateway vouches for. */
interface Shared {
  readonly database: RunningDatabase
  readonly authorizer: ReplicaAuthorizer
  readonly identity: IdentityClient
  readonly internalTokens: InternalTokenIssuer
}

/** Who signs internal tokens; the edge refuses it as an issuer. */
const internalIssuer = "urn:gatehouse:gateway"
/** The name of the one store of this cell. */
const storeName = "gatehouse"

/**
 * Starts governance and the tenant services, then the gateway in front. Undefined where this plane was asked for other parts,
 * or has no database.
 */
export async function startServices(
  context: PlaneContext,
  database: RunningDatabase | undefined,
): Promise<RunningServices | undefined> {
  const { parts, registry, secrets } = context
  if (!parts.has("governance") || database === undefined) return undefined
  const internalTokens = createInternalTokenIssuer({ key: secrets.internalTokenKey, issuer: internalIssuer })
  const authorizer = await registry.step("store", () => openStore(context))
  const identity = createIdentityClient({
    url: context.addresses.identity,
    credentials: credentialsOf(context),
  })
  registry.onClose(async () => {
    await Promise.all([authorizer.close(), identity.close()])
  })
  const shared = { database, authorizer, identity, internalTokens }
  const realms = createRealms(context.addresses, identity)
  const [governance, sbom] = await Promise.all([
    registry.start("governance", () => startGovernance(context, shared, realms)),
    registry.start("sbom", () => startSbom(context, shared)),
  ])
  realms.tellOfLogouts(governance.url)
  await registry.start("gateway", () => startGateway(context, shared, { governance, sbom }))
  return { governance, realms, internalTokens }
}

/** One replica for all services of this process. It answers at once: through the server until it has loaded the tuples. */
async function openStore({ addresses, config, secrets, logger }: PlaneContext): Promise<ReplicaAuthorizer> {
  const configured = revealSecret(config.authorizationToken)
  const credential =
    config.authorizationUrl === undefined
      ? secrets.authorizationKey
      : configured === undefined
        ? undefined
        : new Secret(configured)
  const server = { url: addresses.authorization, credential }
  const store = await ensureStore({ ...server, name: storeName, model: permissionModel })
  return createReplicaAuthorizer({ ...server, ...store, logger: logger.child({ part: "replica" }) })
}

function credentialsOf({ config, secrets }: PlaneContext) {
  const configured = revealSecret(config.identityClientSecret)
  const clientSecret = configured === undefined ? secrets.identityClientSecret : new Secret(configured)
  return { realm: "master", clientId: config.identityClientId, clientSecret }
}

async function startGovernance(
  context: PlaneContext,
  shared: Shared,
  realms: Realms,
): Promise<GovernanceService> {
  const { secrets, addresses, logger } = context
  const { adminUrl, serverUrl } = shared.database
  const login = "gatehouse_governance"
  const { url } = await ensureServiceDatabase(adminUrl, {
    database: login,
    login,
    password: deriveLoginPassword(secrets.loginKeys.governance, login),
  })
  const { service } = governanceOrganizationSchema
  const databases = createOrganizationDatabases<never>({
    service,
    serverUrl,
    loginKey: secrets.loginKeys.governance,
  })
  context.registry.onClose(() => databases.close())
  return createGovernanceService({
    verifier: verifierFor(shared, "governance"),
    authorizer: shared.authorizer,
    databases,
    databaseUrl: url,
    realms,
    provisioning: {
      adminUrl,
      services: [
        { ...governanceOrganizationSchema, loginKey: secrets.loginKeys.governance },
        { ...sbomOrganizationSchema, loginKey: secrets.loginKeys.sbom },
      ],
    },
    addresses: {
      publicUrl: addresses.gateway,
      issuerBaseUrl: addresses.identity,
      identityUrl: addresses.identity,
      algorithm: "RS256",
    },
    logger: logger.child({ part: "governance" }),
    port: 0,
  })
}

async function startSbom({ secrets, registry, logger }: PlaneContext, shared: Shared): Promise<RunningPart> {
  const databases = createOrganizationDatabases<never>({
    service: sbomOrganizationSchema.service,
    serverUrl: shared.database.serverUrl,
    loginKey: secrets.loginKeys.sbom,
  })
  registry.onClose(() => databases.close())
  return createSbomService({
    verifier: verifierFor(shared, "sbom"),
    authorizer: shared.authorizer,
    databases,
    logger: logger.child({ part: "sbom" }),
    port: 0,
  })
}

async function startGateway(
  context: PlaneContext,
  { authorizer, internalTokens }: Shared,
  { governance, sbom }: { readonly governance: RunningPart; readonly sbom: RunningPart },
): Promise<RunningPart> {
  const { addresses, logger } = context
  return createGatewayService({
    port: addresses.ports.gateway,
    publicUrl: addresses.gateway,
    upstreams: { governance: governance.url, sbom: sbom.url },
    authorizer,
    internalTokens,
    logger: logger.child({ part: "gateway" }),
  })
}

function verifierFor({ internalTokens }: Shared, audience: string) {
  const { publicJwks: jwks } = internalTokens
  return acceptInternalTokens(createInternalTokenVerifier({ audience, issuer: internalIssuer, jwks }))
}
