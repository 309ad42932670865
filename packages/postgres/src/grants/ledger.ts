import type { Permission } from "@gatehouse/contracts"
import { type Clock, GatehouseError, systemClock } from "@gatehouse/kernel"
import type { Grant, GrantFacts } from "./grant.ts"

/** A grant outlives no request, and no request keeps one for longer. */
const grantLifetimeMilliseconds = 30_000

/** One request's span: its grants die with it. Opened and ended by the SDK. */
export interface RequestLifetime {
  /** True until `endRequest`. */
  readonly isOpen: boolean
}

interface Entry {
  readonly facts: GrantFacts
  readonly lifetime: RequestLifetime
  readonly mintedAtMilliseconds: number
  readonly clock: Clock
}

/**
 * INVARIANT 3: the only list of grants there is. It is private to this copy of this module, so a value that did not come out of
 * `mintGrant` below is no grant, whatever it looks like: clone, spread, proxy, JSON, or another copy's.
 */
const issued = new WeakMap<object, Entry>()
const open = new WeakSet<RequestLifetime>()

/** Begins the lifetime of one request, or of one run of a job. */
export function openRequest(): RequestLifetime {
  const lifetime: RequestLifetime = Object.freeze({
    __proto__: null,
    get isOpen() {
      return open.has(lifetime)
    },
  })
  open.add(lifetime)
  return lifetime
}

/** Ends it: every grant of it is dead from now on. A second call does nothing. */
export function endRequest(lifetime: RequestLifetime): void {
  open.delete(lifetime)
}

/**
 * Makes a grant. Only the SDK imports this, and calls it after a decision alone. Its age is counted on the monotonic clock.
 * Throws `postgres.grant_expired` when the request is over.
 */
export function mintGrant<P extends Permission>(
  lifetime: RequestLifetime,
  facts: GrantFacts<P>,
  clock: Clock = systemClock,
): Grant<P> {
  if (!open.has(lifetime)) throw new GatehouseError("postgres.grant_expired")
  const own = freezeFacts(facts)
  // A null prototype: nothing that somebody adds to Object.prototype shows up on a grant.
  const grant = Object.freeze(Object.assign(Object.create(null), own)) as Grant<P>
  issued.set(grant, { facts: own, lifetime, mintedAtMilliseconds: clock.monotonicMilliseconds(), clock })
  return grant
}

/**
 * What a grant stands for, from our own list and never from the value itself. Throws `postgres.grant_refused` for a value
 * that was not minted here and `postgres.grant_expired` for one that has died.
 */
export function readGrant(grant: unknown): GrantFacts {
  const entry = typeof grant === "object" && grant !== null ? issued.get(grant) : undefined
  if (entry === undefined) throw new GatehouseError("postgres.grant_refused")
  const age = entry.clock.monotonicMilliseconds() - entry.mintedAtMilliseconds
  if (!open.has(entry.lifetime) || age > grantLifetimeMilliseconds) {
    throw new GatehouseError("postgres.grant_expired", { details: { decisionId: entry.facts.decisionId } })
  }
  return entry.facts
}

/** A copy that the caller can't change afterwards through what it still holds. */
function freezeFacts<P extends Permission>(facts: GrantFacts<P>): GrantFacts<P> {
  const { permission, organization, project, object, principal, decisionId } = facts
  return Object.freeze({
    permission,
    organization,
    project,
    object: Object.freeze({ type: object.type, id: object.id }),
    principal: Object.freeze({ ...principal }),
    decisionId,
  })
}
