import { GatehouseError, revealSecret } from "@gatehouse/kernel"
import type { ServerConfig } from "./config.ts"
import type { DevelopmentDefault, PartName } from "./options.ts"

/** What decides whether this plane would start on development defaults. */
export interface DefaultsInUse {
  readonly config: ServerConfig
  readonly demo: boolean
  readonly parts: readonly PartName[]
  readonly allow: readonly DevelopmentDefault[]
}

/**
 * INVARIANT 10: development defaults refuse to start in production unless each is allowed by name. Nothing here listens
 * beyond loopback: there is no option for it.
 */
export function refuseUnsafeDefaults({ config, demo, parts, allow }: DefaultsInUse): void {
  if (config.environmentName !== "production") return
  const embedded: readonly [PartName, boolean][] = [
    ["database", revealSecret(config.databaseUrl) === undefined],
    ["identity", config.identityUrl === undefined],
    ["authorization", config.authorizationUrl === undefined],
  ]
  const inUse: Record<DevelopmentDefault, boolean> = {
    embedded: embedded.some(([part, isEmbedded]) => parts.includes(part) && isEmbedded),
    http: config.identityUrl === undefined || [config.identityUrl, config.authorizationUrl].some(isPlainHttp),
    demo,
    "state-secrets": true,
  }
  const refused = Object.entries(inUse).flatMap(([name, used]) =>
    used && !allow.includes(name as DevelopmentDefault) ? [name] : [],
  )
  if (refused.length > 0) {
    throw new GatehouseError("server.unsafe_defaults", {
      publicMessage: `NODE_ENV is production, and these development defaults are in use: ${refused.join(", ")}.`,
      details: { refused },
    })
  }
}

/** By the parsed scheme, which has one spelling. */
function isPlainHttp(url: string | undefined): boolean {
  return url !== undefined && new URL(url).protocol === "http:"
}
