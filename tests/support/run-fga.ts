import { execFile } from "node:child_process"
import { serverBinary } from "../../tools/servers/server-binary.ts"
import { cleanEnvironment } from "./plane-process.ts"

/** Where OpenFGA's command line finds its server. */
export interface FgaTarget {
  readonly url: string
  readonly credential: string
}

/** What one run of OpenFGA's command line gave. */
export interface FgaResult {
  readonly code: number
  /** Standard output as JSON, or as text where it is none. */
  readonly output: unknown
  readonly errors: string
}

/**
 * Runs OpenFGA's own command line, unchanged, from the cache of `npm run servers:install fga`. `home` is its home and working
 * folder, so that nobody's settings reach it; the key goes by the environment.
 */
export function runFga(
  target: FgaTarget,
  home: string,
  parameters: readonly string[],
  storeId?: string,
): Promise<FgaResult> {
  const env = {
    ...cleanEnvironment(),
    HOME: home,
    FGA_API_URL: target.url,
    FGA_API_TOKEN: target.credential,
    ...(storeId === undefined ? {} : { FGA_STORE_ID: storeId }),
  }
  return new Promise((resolve) => {
    execFile(serverBinary("fga"), parameters, { env, cwd: home }, (error, stdout, errors) =>
      resolve({
        code: error === null ? 0 : Number(error.code ?? 1),
        output: asJson(stdout),
        errors,
      }),
    )
  })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
