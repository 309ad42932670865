import { organizationGroups, type ProjectRole } from "@gatehouse/contracts"

/** A user of a demo organization: what it is in its realm, and in the demo project. */
export interface DemoUser {
  readonly firstName: string
  readonly lastName: string
  readonly groups: readonly string[]
  readonly realmRoles: readonly string[]
  /** The project's own realm group that the user is in. */
  readonly projectRole: ProjectRole | undefined
}

/** Who there is in every demo organization; also their user names. */
export const demoUserNames = ["owner", "admin", "developer", "viewer"] as const
/** One of the demo's users, by the role shown. */
export type DemoUserName = (typeof demoUserNames)[number]

/** The same four people in every demo organization: one for each way to hold a role. */
export const demoUsers: Readonly<Record<DemoUserName, DemoUser>> = {
  owner: {
    firstName: "Olu",
    lastName: "Owner",
    groups: [organizationGroups.owner],
    realmRoles: [],
    projectRole: undefined,
  },
  admin: {
    firstName: "Ada",
    lastName: "Admin",
    groups: [organizationGroups.admin],
    realmRoles: ["tenant-admin"],
    projectRole: undefined,
  },
  developer: {
    firstName: "Dev",
    lastName: "Developer",
    groups: [organizationGroups.member],
    realmRoles: ["developer"],
    projectRole: "developer",
  },
  viewer: {
    firstName: "Vera",
    lastName: "Viewer",
    groups: [organizationGroups.member],
    realmRoles: ["viewer"],
    projectRole: "viewer",
  },
}

/** Two, so that the wall between organizations can be tried; each with one project. */
export const demoOrganizations = {
  acme: { displayName: "Acme", projectName: "rocket" },
  globex: { displayName: "Globex", projectName: "reactor" },
} as const

/** Of the platform's own realm: acts in every organization. */
export const demoAdministrator = {
  username: "administrator",
  firstName: "Pat",
  lastName: "Platform",
} as const
