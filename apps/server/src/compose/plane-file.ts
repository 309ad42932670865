import { readFileSync } from "node:fs"
import { revealSecret } from "@gatehouse/kernel"
import type { PlaneFile } from "../options.ts"
import { type StatePaths, writeJson } from "../state/state-directory.ts"
import { databaseAdministrator, identityClientId, type PlaneContext } from "./plane-context.ts"

/** This release. */
export const version: string = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
).version

/** What runs and how to reach it. Parts that are not here, or not ours, have no credential in it. */
export function planeFile(context: PlaneContext, controlUrl: string): PlaneFile {
  const { parts, config, secrets, addresses } = context
  const embeddedDatabase = parts.has("database") && revealSecret(config.databaseUrl) === undefined
  const embeddedIdentity = parts.has("identity") && config.identityUrl === undefined
  const embeddedAuthorization = parts.has("authorization") && config.authorizationUrl === undefined
  return {
    ready: true,
    pid: process.pid,
    version,
    urls: {
      ...(parts.has("gateway") ? { gateway: addresses.gateway } : {}),
      ...(parts.has("identity") ? { identity: addresses.identity } : {}),
      ...(parts.has("authorization") ? { authorization: addresses.authorization } : {}),
      ...(parts.has("database") ? { database: databaseAddress(context) } : {}),
    },
    credentials: {
      ...(embeddedAuthorization ? { authorization: revealSecret(secrets.authorizationKey) } : {}),
      ...(embeddedIdentity
        ? {
            identity: {
              clientId: identityClientId,
              clientSecret: revealSecret(secrets.identityClientSecret),
            },
          }
        : {}),
      ...(embeddedDatabase
        ? { database: { username: databaseAdministrator, password: revealSecret(secrets.databasePassword) } }
        : {}),
      control: { url: controlUrl, token: revealSecret(secrets.controlToken) },
    },
  }
}

/** Where PostgreSQL answers, without the login that a configured address may hold. */
function databaseAddress({ config, addresses }: PlaneContext): string {
  const configured = revealSecret(config.databaseUrl)
  if (configured === undefined) return `postgres://127.0.0.1:${addresses.ports.database}`
  return `postgres://${new URL(configured).host}`
}

/** Tells other programs of this machine where the plane answers, in `plane.json`. Holds secrets: its owner alone reads it. */
export async function writePlaneFile(paths: StatePaths, file: PlaneFile): Promise<void> {
  await writeJson(paths.plane, file)
}
