import { describe, expect, it } from "vitest"
import {
  isOrganizationId,
  parseOrganizationId,
  platformOrganizationId,
  reservedOrganizationIds,
} from "./organization.ts"

describe("an organization's id", () => {
  it.each(["acme", "a1b", "a-b", "abc", `a${"b".repeat(31)}`])("may be %j", (text) => {
    expect(parseOrganizationId(text)).toBe(text)
  })

  it.each([
    ["too short", "ab"],
    ["too long", `a${"b".repeat(32)}`],
    ["a digit first", "1acme"],
    ["a dash first", "-acme"],
    ["a dash last", "acme-"],
    ["two dashes, which punycode and our database names use", "a--b"],
    ["upper case", "Acme"],
    ["a dot", "acme.localhost"],
    ["a slash", "acme/x"],
    ["a line break after it", "acme\n"],
    ["nothing", ""],
  ])("may not be %s", (_reason, text) => {
    expect(isOrganizationId(text)).toBe(false)
    expect(() => parseOrganizationId(text)).toThrowError(expect.objectContaining({ code: "request.invalid" }))
  })

  it("is never a name that means something else, the platform's own realm and the identity server's first among them", () => {
    expect(reservedOrganizationIds.has(platformOrganizationId)).toBe(true)
    for (const reserved of reservedOrganizationIds) expect(isOrganizationId(reserved)).toBe(false)
    expect(isOrganizationId("master")).toBe(false)
  })
})
