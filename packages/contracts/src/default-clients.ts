/** The audience that tokens of the default clients hold, and that every verifier of access tokens demands. */
export const apiAudience = "gatehouse-api"

/** Clients that every realm has from its template. */
export interface DefaultClientIds {
  readonly portal: string
  readonly cli: string
  readonly api: string
}

/** Ids of the default clients of a platform of that name. The audience of tokens does not follow the name. */
export function defaultClientIds(platformName = "gatehouse"): DefaultClientIds {
  return { portal: `${platformName}-portal`, cli: `${platformName}-cli`, api: `${platformName}-api` }
}

/** Where a portal under development answers (`next dev`), on the developer's machine. */
export const developmentPortalUrl = "http://localhost:3000"
