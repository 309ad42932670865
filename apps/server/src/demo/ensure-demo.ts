import { randomBytes } from "node:crypto"
import {
  defaultClientIds,
  type OrganizationId,
  type ProjectUuid,
  parseOrganizationId,
  platformAdministratorRole,
  platformOrganizationId,
  projectGroupPath,
} from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import type { PlaneContext } from "../compose/plane-context.ts"
import type { RunningServices } from "../compose/start-services.ts"
import type { DemoFile, DemoLogin, DemoOrganization } from "../options.ts"
import { readJson, writeJson } from "../state/state-directory.ts"
import {
  type DemoUserName,
  demoAdministrator,
  demoOrganizations,
  demoUserNames,
  demoUsers,
} from "./demo-organizations.ts"
import { ensureDemoProject } from "./ensure-demo-project.ts"

/**
 * Makes the demo organizations, or completes them, and writes who can log in. Passwords are generated once and kept; addresses
 * follow those of this start.
 */
export async function ensureDemo(context: PlaneContext, services: RunningServices): Promise<DemoFile> {
  const kept = await readJson<DemoFile>(context.paths.demo)
  const names = Object.keys(demoOrganizations) as (keyof typeof demoOrganizations)[]
  const [administrator, ...organizations] = await Promise.all([
    ensureAdministrator(services, kept?.platform.administrator),
    ...names.map((name) => ensureOrganization(context, services, name, kept?.organizations[name])),
  ])
  const demo: DemoFile = {
    organizations: Object.fromEntries(
      names.map((name, index) => [name, organizations[index] as DemoOrganization]),
    ),
    platform: {
      url: context.addresses.gateway,
      issuer: context.addresses.issuer(platformOrganizationId),
      administrator,
    },
  }
  await writeJson(context.paths.demo, demo)
  return demo
}

async function ensureAdministrator(
  { realms }: RunningServices,
  kept: DemoLogin | undefined,
): Promise<DemoLogin> {
  const { username, firstName, lastName } = demoAdministrator
  const login = kept ?? { username, password: generatePassword() }
  if (kept !== undefined) return kept
  await realms.client.ensureUser(platformOrganizationId, {
    ...login,
    password: new Secret(login.password),
    resetPassword: true,
    firstName,
    lastName,
    email: "administrator@platform.example",
    emailVerified: true,
    realmRoles: [platformAdministratorRole],
  })
  return login
}

async function ensureOrganization(
  context: PlaneContext,
  services: RunningServices,
  name: keyof typeof demoOrganizations,
  kept: DemoOrganization | undefined,
): Promise<DemoOrganization> {
  const { displayName, projectName } = demoOrganizations[name]
  const organization = parseOrganizationId(name)
  const { addresses } = context
  const place = { url: addresses.organization(organization), issuer: addresses.issuer(organization) }
  if (kept !== undefined) return { ...kept, ...place }
  await services.governance.provisionOrganization({ id: name, name: displayName })
  const project = await ensureDemoProject(services, organization, projectName)
  const users = await Promise.all(
    demoUserNames.map(
      async (user) => [user, await ensureUser(services, organization, user, project.id)] as const,
    ),
  )
  const { api: clientId } = defaultClientIds()
  const secret = await services.realms.client.clientSecret(organization, clientId)
  return {
    ...place,
    project,
    users: Object.fromEntries(users) as Record<DemoUserName, DemoLogin>,
    serviceClient: { clientId, clientSecret: revealSecret(secret) },
  }
}

async function ensureUser(
  { realms }: RunningServices,
  organization: OrganizationId,
  username: DemoUserName,
  project: string,
): Promise<DemoLogin> {
  const { firstName, lastName, groups, realmRoles, projectRole } = demoUsers[username]
  const password = generatePassword()
  await realms.client.ensureUser(organization, {
    username,
    password: new Secret(password),
    resetPassword: true,
    firstName,
    lastName,
    email: `${username}@${organization}.example`,
    emailVerified: true,
    groups:
      projectRole === undefined ? groups : [...groups, projectGroupPath(project as ProjectUuid, projectRole)],
    realmRoles,
  })
  return { username, password }
}

/** 96 bits, in letters that can be typed. */
function generatePassword(): string {
  return randomBytes(12).toString("base64url")
}
