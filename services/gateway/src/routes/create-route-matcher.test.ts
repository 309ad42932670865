import { expect, test } from "vitest"
import { parseRequestTarget } from "../request/parse-request-target.ts"
import { createRouteMatcher } from "./create-route-matcher.ts"
import { routeTable } from "./route-table.ts"

const matcher = createRouteMatcher(routeTable)
const match = (method: string, target: string) => {
  const found = matcher(method, parseRequestTarget(target))
  return found && `${found.route.upstream} ${found.route.pattern}`
}

test("operations on documents go to the inventory, under the project's path too", () => {
  expect(match("POST", "/v1/sboms")).toBe("sbom /v1/sboms")
  expect(match("GET", "/v1/projects/p/sboms/s/document")).toBe(
    "sbom /v1/projects/{project}/sboms/{id}/document",
  )
  expect(match("GET", "/v1/projects/p/components")).toBe("sbom /v1/projects/{project}/components")
  expect(match("GET", "/v1/projects/p")).toBe("governance /v1/projects/{project}")
})

test("a subject with slashes is the rest of the path, and never nothing", () => {
  const found = matcher("PUT", parseRequestTarget("/v1/projects/p/bindings/viewer/group:acme/a/b"))
  expect(found?.parameters).toEqual({ project: "p", role: "viewer", subject: "group:acme/a/b" })
  expect(match("PUT", "/v1/projects/p/bindings/viewer")).toBeUndefined()
  expect(match("PUT", "/v1/projects/p/bindings/viewer/")).toBeUndefined()
})

test("HEAD is GET; every other method, path or spelling that is not in the table is nothing", () => {
  expect(match("HEAD", "/v1/me")).toBe("governance /v1/me")
  for (const [method, path] of [
    ["POST", "/v1/me"],
    ["TRACE", "/v1/me"],
    ["get", "/v1/me"],
    ["OPTIONS", "/v1/me"],
    ["GET", "/v1/me/"],
    ["GET", "/V1/me"],
    ["GET", "/v1/Me"],
    ["GET", "/"],
    ["GET", "/v1"],
    ["GET", "/v1/unknown"],
    ["GET", "/v2/me"],
    ["GET", "/internal/organizations"],
    ["GET", "/internal/revocations"],
    ["GET", "/v1/projects/p/internal"],
    ["GET", "/v1/projects//sboms".replace("//", "/x/y/")],
  ] as const)
    expect([method, path, match(method, path)]).toEqual([method, path, undefined])
})

test("no two rows of the table are the same operation", () => {
  const shapes = routeTable.map(({ method, pattern }) => `${method} ${pattern.replace(/\{[^}]*\}/g, "{}")}`)
  expect(new Set(shapes).size).toBe(shapes.length)
})

test("the row with the earlier literal wins, whatever the order of the table", () => {
  const rows = [
    { method: "GET", pattern: "/a/{x*}", upstream: "sbom" },
    { method: "GET", pattern: "/a/{x}", upstream: "sbom" },
    { method: "GET", pattern: "/a/b", upstream: "sbom" },
  ] as const
  for (const table of [rows, rows.toReversed()]) {
    const find = createRouteMatcher(table)
    const patternOf = (path: string) => find("GET", parseRequestTarget(path))?.route.pattern
    expect([patternOf("/a/b"), patternOf("/a/c"), patternOf("/a/b/c")]).toEqual(["/a/b", "/a/{x}", "/a/{x*}"])
  }
})
