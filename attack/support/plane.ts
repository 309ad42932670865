import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { DemoOrganization } from "@gatehouse/server"
import { inject } from "vitest"
import { login, type Tokens } from "../../tests/support/login.ts"

/** The plane that all files share, and who can log in there. */
export const { plane, demo, stateDirectory, port } = inject("plane")
export const acme = demoOrganization("acme")
export const globex = demoOrganization("globex")

/** Where a part of the plane answers. */
export function addressOf(part: "gateway" | "identity" | "authorization" | "database"): string {
  const url = plane.urls[part]
  if (url === undefined) throw new Error(`the plane has no ${part}`)
  return url
}

/** Logs one of the demo's users in by the login page, with a session of its own. */
export function loginAs(
  organization: DemoOrganization,
  user: keyof DemoOrganization["users"] = "developer",
): Promise<Tokens> {
  return login({ issuer: organization.issuer, ...organization.users[user] })
}

/** The secrets of the state directory, for forging what only the plane itself could have made. */
export async function stateSecrets(): Promise<{
  readonly values: Readonly<Record<string, string>>
  readonly internalTokenKey: Readonly<Record<string, string>>
}> {
  return JSON.parse(await readFile(join(stateDirectory, "secrets.json"), "utf8"))
}

function demoOrganization(name: string): DemoOrganization {
  const found = demo.organizations[name]
  if (found === undefined) throw new Error(`the demo has no ${name}`)
  return found
}
