import {
  type OrganizationId,
  organizationObject,
  type ProjectUuid,
  permissionModel,
  platformObject,
  principalId,
  projectObject,
} from "@gatehouse/contracts"
import { type Clock, systemClock } from "@gatehouse/kernel"
import type { AuthorizationModel } from "@gatehouse/rebac"
import { createInProcessAuthorizer, type InProcessAuthorizer } from "@gatehouse/sdk/testing"
import { createLogger } from "@gatehouse/telemetry"
import {
  createInternalTokenIssuer,
  generateInternalSigningKey,
  type RevocationEvent,
} from "@gatehouse/tokens"
import { createTestRealm, type TestRealm } from "@gatehouse/tokens/testing"
import { createGatewayService } from "../create-gateway-service.ts"
import type { GatewayServiceOptions } from "../options.ts"
import { type EchoUpstream, startEchoUpstream } from "./start-echo-upstream.ts"

export const acme = "acme" as OrganizationId
export const globex = "globex" as OrganizationId
export const acmeProject = "0198a1b2-0000-7000-8000-000000000001" as ProjectUuid
export const globexProject = "0198a1b2-0000-7000-8000-000000000002" as ProjectUuid
export const missingProject = "0198a1b2-0000-7000-8000-00000000dead" as ProjectUuid

/** Subjects of acme's realm, by the role that they hold in acme's project. */
export const acmeSubjects = {
  admin: "u-admin",
  developer: "u-developer",
  viewer: "u-viewer",
  stranger: "u-stranger",
} as const

/**
 * A gateway with everything it talks to: real tokens from issuers that publish their keys on loopback, two services that
 * verify internal tokens and echo, and permissions decided by the real evaluator on the real model. No wire is mocked; what
 * is not there is the engines, which a service may not import.
 */
export interface TestGateway {
  readonly port: number
  readonly publicOrigin: string
  readonly realms: Readonly<Record<"acme" | "globex" | "platform", TestRealm>>
  readonly governance: EchoUpstream
  readonly sbom: EchoUpstream
  readonly authorizer: InProcessAuthorizer
  /** Events that governance's feed answers with. */
  readonly revocations: RevocationEvent[]
  /** Organizations that governance's directory leaves out from now on. */
  readonly removed: Set<string>
  /** Lines that the gateway logged. */
  readonly logLines: string[]
  close(): Promise<void>
}

export type TestGatewayOptions = Partial<Pick<GatewayServiceOptions, "limits" | "clock" | "allowedOrigins">>

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const clock: Clock = options.clock ?? systemClock
  const issuer = "urn:gatehouse:gateway"
  const tokens = createInternalTokenIssuer({ key: generateInternalSigningKey(), issuer })
  const realms = {
    acme: await createTestRealm({ organization: "acme", clock }),
    globex: await createTestRealm({ organization: "globex", clock }),
    platform: await createTestRealm({ organization: "platform", clock }),
  }
  const revocations: RevocationEvent[] = []
  const removed = new Set<string>()
  const governance = await startEchoUpstream({
    name: "governance",
    tokens,
    issuer,
    documents: {
      "/internal/organizations": () => ({
        organizations: Object.values(realms)
          .filter(({ entry }) => !removed.has(entry.organization))
          .map(({ entry }) => ({
            id: entry.organization,
            name: entry.organization,
            issuer: entry.issuer,
            jwks_uri: entry.jwksUri,
            algorithm: entry.algorithm,
            hosts: entry.organization === "platform" ? [] : [`${entry.organization}.localhost`],
          })),
      }),
      "/internal/revocations": (query) => ({
        events: revocations.slice(Number(query.get("after") ?? 0)),
        next: String(revocations.length),
        complete: true,
      }),
    },
  })
  const sbom = await startEchoUpstream({ name: "sbom", tokens, issuer })
  const authorizer = createInProcessAuthorizer(permissionModel as AuthorizationModel, tuples())
  const logLines: string[] = []
  const gateway = await createGatewayService({
    port: 0,
    publicUrl: "http://localhost:8080",
    upstreams: { governance: governance.url, sbom: sbom.url },
    authorizer,
    internalTokens: tokens,
    logger: createLogger({ name: "gateway", destination: { write: (line) => void logLines.push(line) } }),
    ...options,
  })
  return {
    port: Number(new URL(gateway.url).port),
    publicOrigin: "http://localhost:8080",
    realms,
    governance,
    sbom,
    authorizer,
    revocations,
    removed,
    logLines,
    async close() {
      await gateway.close()
      await Promise.all([governance, sbom, ...Object.values(realms)].map((part) => part.close()))
    },
  }
}

/** Two organizations with a project each; acme's has an admin, a developer and a viewer. */
function tuples() {
  const link = (organization: OrganizationId, project: ProjectUuid) => ({
    user: organizationObject(organization),
    relation: "organization",
    object: projectObject(project),
  })
  const bind = (subject: string, relation: string) => ({
    user: principalId("user", acme, subject),
    relation,
    object: projectObject(acmeProject),
  })
  const onPlatform = (organization: OrganizationId) => ({
    user: platformObject,
    relation: "platform",
    object: organizationObject(organization),
  })
  return [
    onPlatform(acme),
    onPlatform(globex),
    link(acme, acmeProject),
    link(globex, globexProject),
    bind(acmeSubjects.admin, "admin"),
    bind(acmeSubjects.developer, "developer"),
    bind(acmeSubjects.viewer, "viewer"),
  ]
}
