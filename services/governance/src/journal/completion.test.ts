import type { OrganizationId, ProjectUuid } from "@gatehouse/contracts"
import { createLogger } from "@gatehouse/telemetry"
import { afterEach, describe, expect, it } from "vitest"
import { type Completion, createCompletion } from "./completion.ts"
import type { Journal, PendingChange } from "./journal.ts"

const entry: PendingChange = {
  id: "change",
  organization: "acme" as OrganizationId,
  change: { kind: "project.delete", project: "p" as ProjectUuid },
  requestedBy: "user:acme/ada",
}

/** A journal of one entry. What it keeps on disk is tested with its database. */
function journalOf(entries: readonly PendingChange[]): Journal & { readonly struck: string[] } {
  const struck: string[] = []
  return {
    struck,
    enter: async (added) => ({ id: "new", ...added }),
    strike: async (id) => void struck.push(id),
    pendingOn: async () => [...entries],
    pending: async () => entries.filter(({ id }) => !struck.includes(id)),
  }
}

let completion: Completion
afterEach(() => completion.close())

function start(complete: () => Promise<void>, entries: readonly PendingChange[] = [entry]) {
  const journal = journalOf(entries)
  const logger = createLogger({ name: "test", level: "silent" })
  completion = createCompletion({ journal, complete, logger, retryMilliseconds: 5 })
  return journal
}

describe("a change within its request", () => {
  it("is struck out when it is done, and its result returned", async () => {
    const journal = start(async () => undefined)
    expect(await completion.now(entry, async () => "result")).toBe("result")
    expect(journal.struck).toEqual(["change"])
  })

  it("that fails says so, and is tried again until it is done", async () => {
    let attempts = 0
    const journal = start(async () => {
      attempts += 1
      if (attempts < 3) throw new Error("still down")
    })
    await expect(completion.now(entry, () => Promise.reject(new Error("down")))).rejects.toMatchObject({
      code: "governance.incomplete",
    })
    expect(journal.struck).toEqual([])
    await expect.poll(() => journal.struck).toEqual(["change"])
    expect(attempts).toBe(3)
  })

  it("is not tried again after close", async () => {
    let attempts = 0
    start(async () => {
      attempts += 1
    })
    await completion.now(entry, () => Promise.reject(new Error("down"))).catch(() => undefined)
    await completion.close()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(attempts).toBe(0)
  })
})

describe("what an earlier process left", () => {
  it("is completed, one failure keeping no other from it", async () => {
    const other = { ...entry, id: "other" }
    const journal = start(async () => undefined, [entry, other])
    await completion.resume()
    expect(journal.struck).toEqual(["change", "other"])
  })
})
