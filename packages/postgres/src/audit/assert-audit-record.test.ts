import { isGatehouseError, Secret } from "@gatehouse/kernel"
import fc from "fast-check"
import { expect, test } from "vitest"
import { assertAuditRecord } from "./assert-audit-record.ts"
import type { AuditRecordInput } from "./audit-record.ts"

const record = (changes: Partial<AuditRecordInput> = {}): AuditRecordInput => ({
  action: "project.create",
  resource: { type: "project", id: "p" },
  ...changes,
})
const refusal = (changes: Partial<AuditRecordInput>) => {
  try {
    assertAuditRecord(record(changes))
    return undefined
  } catch (error) {
    return error as Error & { code: string; details: { path: string } }
  }
}

test.each([
  "password",
  "newPassword",
  "new_password",
  "PASSWORD",
  "client_secret",
  "clientSecret",
  "secret",
  "secretValue",
  "token",
  "access_token",
  "accessToken",
  "refresh-token",
  "Authorization",
  "set-cookie",
  "apiKey",
  "api_key",
  "private_key",
  "privateKeyPem",
  "credentials",
  "recoveryCodes",
  "otp",
  "code_verifier",
])("a member called %s is refused, at any depth, and its value is in no message", (name) => {
  for (const details of [{ [name]: "hush" }, { a: [{ b: { [name]: "hush" } }] }]) {
    const error = refusal({ details })
    expect(error).toMatchObject({ code: "postgres.audit_record_refused" })
    expect(JSON.stringify([error, error?.message, error?.stack])).not.toContain("hush")
    expect(error?.details.path).toContain(name)
  }
})

test.each([
  "secret_id",
  "secretName",
  "token_type",
  "password_changed",
  "tokenLifetimeSeconds",
  "credential_count",
  "name",
  "components",
  "monkey",
  "keyboard",
  "passenger",
])("a member called %s only tells something about it and passes", (name) => {
  expect(refusal({ details: { [name]: "x" } })).toBeUndefined()
})

test.each([
  ["a token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.signature"],
  ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMII"],
  ["an authorization header", "Bearer abcdefghijklmnopqrst"],
  ["an address with a password", "postgres://user:hush@host/db"],
  ["a Secret", new Secret("hush")],
])("a value that is %s is refused whatever its member is called", (_, value) => {
  expect(refusal({ details: { note: value } })).toMatchObject({ code: "postgres.audit_record_refused" })
  expect(refusal({ details: { list: [value] } })).toMatchObject({ code: "postgres.audit_record_refused" })
})

test.each<[string, Partial<AuditRecordInput>]>([
  ["an action without a noun", { action: "create" }],
  ["an action with a line break", { action: "project.create\n" }],
  ["an empty resource id", { resource: { type: "project", id: "" } }],
  ["a resource id with a zero byte", { resource: { type: "project", id: "a\0b" } }],
  ["a type with a quote", { resource: { type: "pro'ject", id: "p" } }],
  ["an intent that is no record's id", { intentId: "'; drop table" }],
  ["a zero byte in the details", { details: { a: "x\0" } }],
  ["half a character", { details: { a: "\ud800" } }],
  ["a function", { details: { a: () => 1 } }],
  ["a number that JSON lacks", { details: { a: Number.NaN } }],
  ["more than 16 KiB", { details: { a: "x".repeat(17_000) } }],
])("%s is refused", (_, changes) => {
  expect(refusal(changes)).toMatchObject({ code: "postgres.audit_record_refused" })
})

test("details that hold themselves are refused, not followed for ever", () => {
  const details: Record<string, unknown> = {}
  details.self = details
  expect(refusal({ details })).toMatchObject({ code: "postgres.audit_record_refused" })
})

test("any details are refused by name or come out as the JSON of what went in", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ depthSize: "small" })), (details) => {
      try {
        expect(JSON.parse(assertAuditRecord(record({ details })))).toEqual(
          JSON.parse(JSON.stringify(details)),
        )
      } catch (error) {
        if (!isGatehouseError(error)) throw error
        expect(error.code).toBe("postgres.audit_record_refused")
      }
    }),
  )
})
