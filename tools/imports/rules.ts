/** A workspace as the rules see it. */
export interface Workspace {
  /** Its folder, such as `packages/sdk`. */
  readonly folder: string
  /** Its name in imports, such as `@gatehouse/sdk`. */
  readonly name: string
}

/** An import from one workspace to another. */
export interface Edge {
  readonly from: Workspace
  readonly to: Workspace
  readonly specifier: string
  readonly dynamic: boolean
  readonly file: string
}

const isIn = (workspace: Workspace, ...kinds: string[]) =>
  kinds.some((kind) => workspace.folder.startsWith(`${kind}/`))
const isNamed = (workspace: Workspace, ...folders: string[]) => folders.includes(workspace.folder)

/** One row of the table in ARCHITECTURE.md, "Who may import whom": when it forbids an import, and in which words. */
interface Rule {
  readonly says: string
  readonly forbids: (edge: Edge) => boolean
}

/** The table, a row a rule. An import is allowed when no row forbids it. */
export const rules: readonly Rule[] = [
  {
    says: "kernel imports nothing of ours",
    forbids: ({ from }) => isNamed(from, "packages/kernel"),
  },
  {
    says: "contracts imports kernel alone",
    forbids: ({ from, to }) => isNamed(from, "packages/contracts") && !isNamed(to, "packages/kernel"),
  },
  {
    says: "rebac imports kernel alone",
    forbids: ({ from, to }) => isNamed(from, "packages/rebac") && !isNamed(to, "packages/kernel"),
  },
  {
    says: "packages import packages, never what stands above them",
    forbids: ({ from, to }) => isIn(from, "packages") && !isIn(to, "packages"),
  },
  {
    says: "an engine imports packages: it meets services and other engines on a wire",
    forbids: ({ from, to }) => isIn(from, "engines") && !isIn(to, "packages"),
  },
  {
    says: "a service imports packages: it meets engines and other services on a wire",
    forbids: ({ from, to }) => isIn(from, "services") && !isIn(to, "packages"),
  },
  {
    says: "the command line imports sdk and contracts alone, and loads the server only when a command needs it",
    forbids: ({ from, to, dynamic }) =>
      isNamed(from, "apps/cli") &&
      !isNamed(to, "packages/sdk", "packages/contracts") &&
      !(isNamed(to, "apps/server") && dynamic),
  },
  {
    says: "only the server composes engines and services",
    forbids: ({ from, to }) =>
      isIn(from, "apps") && isIn(to, "engines", "services") && !isNamed(from, "apps/server"),
  },
  {
    says: "an example imports sdk alone",
    forbids: ({ from, to }) => isIn(from, "examples") && !isNamed(to, "packages/sdk"),
  },
  {
    says: "what mints grants is imported by sdk alone",
    forbids: ({ from, specifier }) =>
      specifier === "@gatehouse/postgres/grants" && !isNamed(from, "packages/sdk"),
  },
]

/** Imports of foreign modules that only one place may make. */
export const restricted: readonly {
  readonly says: string
  readonly module: RegExp
  readonly file: RegExp
}[] = [
  {
    says: "only one file imports oidc-provider and its internals",
    module: /^oidc-provider(\/|$)/,
    file: /^engines\/identity\/src\/provider\/oidc-provider\.ts$/,
  },
]
