import { describe, inject } from "vitest"
import { wireContract } from "../../engines/authorization/src/contract/wire-contract.ts"

describe("the real OpenFGA keeps the wire that the embedded engine keeps", () => {
  wireContract(() => inject("openfga"))
})
