import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"

/** Steps at which a test ends what is under way, as a kill would. */
export interface Faults {
  /** From now on this step fails, until `clear`. */
  at(step: string): void
  clear(): void
  /** Throws where the step is the one. */
  pass(step: string): void
}

export function createFaults(): Faults {
  let failing: string | undefined
  return {
    at: (step) => {
      failing = step
    },
    clear: () => {
      failing = undefined
    },
    pass: (step) => {
      if (step === failing) throw new Error(`ended at ${step}`)
    },
  }
}

/** The authorizer, with faults before and after each write: of a project's link, or of anything else. */
export function faultyAuthorizer(authorizer: Authorizer, faults: Faults): Authorizer {
  return {
    check: (query) => authorizer.check(query),
    batchCheck: (queries) => authorizer.batchCheck(queries),
    listObjects: (query) => authorizer.listObjects(query),
    listUsers: (query) => authorizer.listUsers(query),
    read: (filter) => authorizer.read(filter),
    explain: (query) => authorizer.explain(query),
    health: () => authorizer.health(),
    write: async (change) => {
      const isLink = change.deletes?.some(({ relation }) => relation === "organization") === true
      const what = isLink ? "link" : "write"
      faults.pass(`before ${what}`)
      await authorizer.write(change)
      faults.pass(`after ${what}`)
    },
  }
}

/** The databases, with a fault that rolls a changing transaction back after its work. */
export function faultyDatabases<DB>(
  databases: OrganizationDatabases<DB>,
  faults: Faults,
): OrganizationDatabases<DB> {
  return {
    ...databases,
    withGrant: (grant, work) =>
      databases.withGrant(grant, async (tx) => {
        const result = await work(tx)
        if (grant.permission !== "can_read") faults.pass("commit")
        return result
      }),
  }
}
