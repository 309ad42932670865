import type { PartHealth } from "@gatehouse/kernel"

/** The parts of a plane, in the order in which they start. Each answers at an address of its own. */
export const partNames = ["database", "identity", "authorization", "governance", "sbom", "gateway"] as const
/** A part that `only` can name. */
export type PartName = (typeof partNames)[number]

/** Development defaults that production refuses unless each is allowed by name (INVARIANT 10). */
export const developmentDefaults = ["embedded", "http", "demo", "state-secrets"] as const
/** The name by which such a default is allowed in production. */
export type DevelopmentDefault = (typeof developmentDefaults)[number]

/** Where a plane keeps its state and what it reads from outside. */
export interface PlaneOptions {
  /** Absolute path. */
  readonly stateDirectory: string
  /** The environment's variables; only the command line reads them. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** How one start differs from the configured plane. */
export interface UpOptions extends PlaneOptions {
  /** The gateway's port; identity, authorization, secrets and database follow at +1, +2, +3 and +4. Default 8080. */
  readonly port?: number | undefined
  /** Makes the organizations acme and globex with users, a project and `demo.json`. */
  readonly demo?: boolean | undefined
  /** Starts these parts alone; the others are reached at their configured addresses. */
  readonly only?: readonly PartName[] | undefined
  readonly allow?: readonly DevelopmentDefault[] | undefined
  readonly report: (event: StartEvent) => void
  /** Gives the start up: what runs so far is stopped, and `up` throws `server.start_aborted`. */
  readonly signal?: AbortSignal | undefined
}

/** One step of starting or stopping, as it begins and as it ends. */
export interface StartEvent {
  readonly step: "state" | PartName | "store" | "organizations" | "demo" | "ready" | "stop"
  readonly status: "started" | "done"
  /** Since the step began. */
  readonly durationMilliseconds?: number
  /** One sentence for people. */
  readonly detail?: string
}

/** What `plane.json` holds, credentials apart. A part that is not there has no key. */
export interface PlaneSummary {
  readonly ready: true
  readonly pid: number
  readonly version: string
  readonly urls: Partial<Record<"gateway" | "identity" | "authorization" | "database", string>>
}

/** `plane.json` as written: readable by its owner alone. */
export interface PlaneFile extends PlaneSummary {
  readonly credentials: {
    /** Preshared key of the authorization wire. */
    readonly authorization?: string
    /** Service account of realm `master` on the identity wire. */
    readonly identity?: { readonly clientId: string; readonly clientSecret: string }
    readonly database?: { readonly username: string; readonly password: string }
    /** Where the running process says how its parts are, and the bearer token that it wants for it. */
    readonly control: { readonly url: string; readonly token: string }
  }
}

/** What `gatehouse status` shows. */
export interface PlaneStatus extends PlaneSummary {
  readonly parts: Partial<Record<PartName, PartHealth>>
}

/** A user or client of the demo that can log in. */
export interface DemoLogin {
  readonly username: string
  readonly password: string
}

/** One demo organization as `demo.json` tells it. Holds passwords and a client secret. */
export interface DemoOrganization {
  readonly url: string
  readonly issuer: string
  readonly project: { readonly id: string; readonly name: string }
  readonly users: Readonly<Record<"owner" | "admin" | "developer" | "viewer", DemoLogin>>
  readonly serviceClient: { readonly clientId: string; readonly clientSecret: string }
}

/** `demo.json`: made at the first start with `demo`, and kept. */
export interface DemoFile {
  readonly organizations: Readonly<Record<string, DemoOrganization>>
  readonly platform: { readonly url: string; readonly issuer: string; readonly administrator: DemoLogin }
}

/** A plane that runs. */
export interface RunningPlane {
  readonly summary: PlaneSummary
  readonly demo: DemoFile | undefined
  /** Stops every part in reverse order, within five seconds, and removes `plane.json`. */
  stop(): Promise<void>
}

/** One thing that `gatehouse doctor` looked at. */
export interface Finding {
  readonly name: string
  readonly status: "ok" | "warning" | "problem"
  readonly message: string
  /** What to do, where something is wrong. */
  readonly action?: string
}
