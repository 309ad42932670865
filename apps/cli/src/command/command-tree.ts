import type { Command } from "./define-command.ts"

/** A command by name: what it is for, and where it is. Loaded when it runs, so that a start costs what it needs. */
export interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** A word that only opens further words: `project`, `sbom`. */
export interface CommandGroup {
  readonly summary: string
  readonly commands: Readonly<Record<string, CommandEntry>>
}

/** Commands by the word that calls them. Modules load when they are called, so that help stays quick. */
export type CommandTree = Readonly<Record<string, CommandEntry | CommandGroup>>

/** Every command of gatehouse, in the order in which the help lists them. */
export const commandTree: CommandTree = {
  up: {
    summary: "Start the whole plane on this machine",
    load: async () => (await import("../commands/up.ts")).up,
  },
  stop: {
    summary: "Stop the plane that runs here",
    load: async () => (await import("../commands/stop.ts")).stop,
  },
  status: {
    summary: "What runs here, and how each part is",
    load: async () => (await import("../commands/status.ts")).status,
  },
  doctor: {
    summary: "Find what keeps the plane from starting, and what to do",
    load: async () => (await import("../commands/doctor.ts")).doctor,
  },
  reset: {
    summary: "Remove everything that the plane keeps on this machine",
    load: async () => (await import("../commands/reset.ts")).reset,
  },
  login: {
    summary: "Log in to an organization",
    load: async () => (await import("../commands/login.ts")).login,
  },
  logout: {
    summary: "End the session, here and at the identity server",
    load: async () => (await import("../commands/logout.ts")).logout,
  },
  whoami: {
    summary: "Who you are to Gatehouse, and what you may do in the organization",
    load: async () => (await import("../commands/whoami.ts")).whoami,
  },
  token: {
    summary: "Print an access token for other tools",
    load: async () => (await import("../commands/token.ts")).token,
  },
  organization: {
    summary: "Organizations",
    commands: {
      list: {
        summary: "Organizations that you see",
        load: async () => (await import("../commands/organization-list.ts")).organizationList,
      },
    },
  },
  project: {
    summary: "Projects and who holds their roles",
    commands: {
      list: {
        summary: "Projects that you see",
        load: async () => (await import("../commands/project-list.ts")).projectList,
      },
      create: {
        summary: "Create a project",
        load: async () => (await import("../commands/project-create.ts")).projectCreate,
      },
      grant: {
        summary: "Give a role of a project to a user, service account or group",
        load: async () => (await import("../commands/project-grant.ts")).projectGrant,
      },
      revoke: {
        summary: "Take a role of a project back",
        load: async () => (await import("../commands/project-grant.ts")).projectRevoke,
      },
      delete: {
        summary: "Delete a project",
        load: async () => (await import("../commands/project-delete.ts")).projectDelete,
      },
    },
  },
  sbom: {
    summary: "SBOM documents and their components",
    commands: {
      upload: {
        summary: "Upload a CycloneDX or SPDX document",
        load: async () => (await import("../commands/sbom-upload.ts")).sbomUpload,
      },
      list: {
        summary: "Documents of a project",
        load: async () => (await import("../commands/sbom-list.ts")).sbomList,
      },
      get: {
        summary: "One document's facts, or the document itself",
        load: async () => (await import("../commands/sbom-get.ts")).sbomGet,
      },
      search: {
        summary: "Components of a project by package URL",
        load: async () => (await import("../commands/sbom-search.ts")).sbomSearch,
      },
      delete: {
        summary: "Delete a document",
        load: async () => (await import("../commands/sbom-delete.ts")).sbomDelete,
      },
    },
  },
  check: {
    summary: "Ask whether a permission is held",
    load: async () => (await import("../commands/check.ts")).check,
  },
  explain: {
    summary: "Why a permission is held or not, and the smallest grant that would give it",
    load: async () => (await import("../commands/explain.ts")).explain,
  },
  model: {
    summary: "Authorization models, reviewed before they are applied",
    commands: {
      test: {
        summary: "Run OpenFGA store tests (.fga.yaml)",
        load: async () => (await import("../commands/model-test.ts")).modelTest,
      },
      diff: {
        summary: "Who gains and who loses what when a model replaces another",
        load: async () => (await import("../commands/model-diff.ts")).modelDiff,
      },
    },
  },
}

/** What a command line names: a command with the words after its name, a group without one, or nothing we know. */
export type Found =
  | {
      readonly kind: "command"
      readonly path: readonly string[]
      readonly entry: CommandEntry
      readonly rest: readonly string[]
    }
  | {
      readonly kind: "group"
      readonly path: readonly string[]
      readonly group: CommandGroup
      readonly known: boolean
    }
  | { readonly kind: "unknown"; readonly empty: boolean }

/** Finds the command that the words begin with. Names alone count: no prefix, no other case. */
export function findCommand(words: readonly string[], tree: CommandTree = commandTree): Found {
  const [name, ...rest] = words
  const entry = name !== undefined && Object.hasOwn(tree, name) ? tree[name] : undefined
  if (name === undefined || entry === undefined) return { kind: "unknown", empty: name === undefined }
  if (!("commands" in entry)) return { kind: "command", path: [name], entry, rest }
  const [sub, ...subRest] = rest
  const subEntry = sub !== undefined && Object.hasOwn(entry.commands, sub) ? entry.commands[sub] : undefined
  if (sub === undefined || subEntry === undefined)
    return { kind: "group", path: [name], group: entry, known: sub === undefined }
  return { kind: "command", path: [name, sub], entry: subEntry, rest: subRest }
}
