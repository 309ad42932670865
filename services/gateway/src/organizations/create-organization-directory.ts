import {
  isOrganizationId,
  type OrganizationDirectoryAnswer,
  type OrganizationId,
  organizationDirectorySchema,
  platformOrganizationId,
} from "@gatehouse/contracts"
import { type Clock, GatehouseError } from "@gatehouse/kernel"
import type { IssuerEntry, IssuerRegistry } from "@gatehouse/tokens"

/** A name that is not known is asked for at most this often; names cost their sender nothing to make up. */
const directoryCooldownMilliseconds = 1_000
/** After this a use asks again in the background, so a removed organization ends within seconds of use. */
const refreshAfterMilliseconds = 1_000
/** How long the last answer serves while governance cannot be reached. Beyond it every request is refused. */
const directoryUsableForMilliseconds = 60_000

/** Which realms are trusted, and which host names stand for which organization. Exact lookups, nothing else (INVARIANT 2). */
export interface OrganizationDirectory extends IssuerRegistry {
  /** The organization of a canonical host name, or undefined. Throws `gateway.unavailable`. */
  byHost(host: string): Promise<OrganizationId | undefined>
  /** The issuer of an organization, the platform's own too, or undefined. Throws `gateway.unavailable`. */
  issuerOf(organization: OrganizationId): Promise<string | undefined>
  /** Whether an answer is there that may still serve. */
  ready(): boolean
}

/** Who is asked for the organizations, and the clock that says when their list is old. */
export interface OrganizationDirectoryOptions {
  /** Asks governance. Whatever comes back is checked here. */
  readonly fetchDirectory: () => Promise<unknown>
  readonly clock: Clock
}

interface Snapshot {
  readonly issuers: ReadonlyMap<string, IssuerEntry>
  readonly hosts: ReadonlyMap<string, OrganizationId>
  readonly age: () => number
}

/** Makes a directory that is filled at first use, one question at a time. */
export function createOrganizationDirectory(options: OrganizationDirectoryOptions): OrganizationDirectory {
  const { fetchDirectory, clock } = options
  let snapshot: Snapshot | undefined
  let underWay: Promise<Snapshot> | undefined

  async function load(): Promise<Snapshot> {
    const age = startAge(clock)
    try {
      const parsed = organizationDirectorySchema.safeParse(await fetchDirectory())
      if (!parsed.success) throw new TypeError("governance's directory does not have its form")
      snapshot = { ...indexOf(parsed.data), age }
      return snapshot
    } catch (cause) {
      throw new GatehouseError("gateway.unavailable", { cause })
    }
  }

  function refresh(): Promise<Snapshot> {
    underWay ??= load().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  const isUsable = (candidate: Snapshot | undefined): candidate is Snapshot =>
    candidate !== undefined && candidate.age() <= directoryUsableForMilliseconds

  async function find<Value>(look: (from: Snapshot) => Value | undefined): Promise<Value | undefined> {
    const known = isUsable(snapshot) ? snapshot : await refresh()
    const found = look(known)
    if (found === undefined)
      return known.age() < directoryCooldownMilliseconds ? undefined : look(await refresh())
    if (known.age() > refreshAfterMilliseconds) refresh().catch(() => undefined)
    return found
  }

  return {
    byIssuer: (issuer) => find(({ issuers }) => issuers.get(issuer)),
    byHost: (host) => find(({ hosts }) => hosts.get(host)),
    issuerOf: (organization) =>
      find(
        ({ issuers }) => [...issuers.values()].find((entry) => entry.organization === organization)?.issuer,
      ),
    ready: () => isUsable(snapshot),
  }
}

/** An issuer or host name that two realms claim belongs to neither. */
function indexOf({ organizations }: OrganizationDirectoryAnswer): Pick<Snapshot, "issuers" | "hosts"> {
  const issuers = new Map<string, IssuerEntry>()
  const hosts = new Map<string, OrganizationId>()
  const claimedTwice = { issuers: new Set<string>(), hosts: new Set<string>() }
  for (const { id, issuer, jwks_uri: jwksUri, algorithm, hosts: names } of organizations) {
    if (id !== platformOrganizationId && !isOrganizationId(id)) continue
    const organization = id as OrganizationId
    if (issuers.has(issuer)) claimedTwice.issuers.add(issuer)
    issuers.set(issuer, { issuer, organization, jwksUri, algorithm })
    if (organization === platformOrganizationId) continue
    for (const host of names) {
      if (hosts.has(host)) claimedTwice.hosts.add(host)
      hosts.set(host, organization)
    }
  }
  for (const issuer of claimedTwice.issuers) issuers.delete(issuer)
  for (const host of claimedTwice.hosts) hosts.delete(host)
  return { issuers, hosts }
}

/** The greater of both clocks: a suspended machine stops the monotonic one. */
function startAge(clock: Clock): () => number {
  const wall = clock.nowMilliseconds()
  const monotonic = clock.monotonicMilliseconds()
  return () => Math.max(clock.nowMilliseconds() - wall, clock.monotonicMilliseconds() - monotonic)
}
