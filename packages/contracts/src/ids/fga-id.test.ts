import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { groupAndAncestors, groupId, isProjectUuid, parsePrincipalId, principalId } from "./fga-id.ts"
import { type OrganizationId, parseOrganizationId } from "./organization.ts"

const acme = parseOrganizationId("acme")
const organization = fc.stringMatching(/^[a-z][a-z0-9]{1,10}[a-z0-9]$/).map((slug) => slug as OrganizationId)
const type = fc.constantFrom("user" as const, "service" as const, "api_key" as const)
const subject = fc.string({ unit: "binary", minLength: 1, maxLength: 260 })

describe("principalId", () => {
  it("differs whenever type, organization or subject differ", () => {
    fc.assert(
      fc.property(type, organization, subject, type, organization, subject, (t1, o1, s1, t2, o2, s2) => {
        const same = t1 === t2 && o1 === o2 && s1 === s2
        expect(principalId(t1, o1, s1) === principalId(t2, o2, s2)).toBe(same)
      }),
    )
  })

  it("is taken apart into what it was made of", () => {
    fc.assert(
      fc.property(type, organization, subject, (kind, org, name) => {
        const parsed = parsePrincipalId(principalId(kind, org, name))
        expect(parsed).toMatchObject({ type: kind, organization: org })
        expect(parsed?.subject === undefined || parsed.subject === name).toBe(true)
      }),
    )
  })

  it("cannot carry a subject into another organization", () => {
    expect(principalId("user", acme, "../globex/owner")).toBe("user:acme/..%2Fglobex%2Fowner")
  })
})

describe("parsePrincipalId", () => {
  it.each([
    "user:acme",
    "user:acme/",
    "user:acme/a/b",
    "user:acme/a#member",
    "user:acme/*",
    "user:*",
    "group:acme/org-owners",
    "user:Acme/a",
    "user:acme/%2f",
    "user:acme/a:b",
    " user:acme/a",
    "user:acme/a\n",
    "platform:gatehouse",
    "",
  ])("refuses %j", (id) => {
    expect(parsePrincipalId(id)).toBeUndefined()
  })
})

describe("groupId", () => {
  const path = fc
    .array(
      fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).filter((name) => !name.includes("/")),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((segments) => `/${segments.join("/")}`)

  it("differs whenever organization or path differ", () => {
    fc.assert(
      fc.property(organization, path, organization, path, (o1, p1, o2, p2) => {
        expect(groupId(o1, p1) === groupId(o2, p2)).toBe(o1 === o2 && p1 === p2)
      }),
    )
  })

  it.each(["org-owners", "x/org-owners", "", "/", "//org-owners", "/a//b", "/a/"])(
    "refuses the path %j: only a full path names a group",
    (text) => {
      expect(() => groupId(acme, text)).toThrowError(
        expect.objectContaining({ code: "authz.invalid_object" }),
      )
      expect(() => groupAndAncestors(text)).toThrowError(
        expect.objectContaining({ code: "authz.invalid_object" }),
      )
    },
  )

  it("makes a member of a group a member of each group above it, and of no other", () => {
    expect(groupAndAncestors("/a/b/c")).toEqual(["/a/b/c", "/a/b", "/a"])
    expect(groupAndAncestors("/org-owners")).toEqual(["/org-owners"])
  })
})

describe("a project's UUID", () => {
  it("has one spelling: another case, braces or a shorter form name nothing", () => {
    const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    expect(isProjectUuid(id)).toBe(true)
    for (const other of [id.toUpperCase(), `{${id}}`, id.replaceAll("-", ""), ` ${id}`, `${id}\n`, "", "1"]) {
      expect(isProjectUuid(other)).toBe(false)
    }
  })
})
