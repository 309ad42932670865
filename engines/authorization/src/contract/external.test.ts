import { describe, inject } from "vitest"
import type { ContractTarget } from "./wire.ts"
import { wireContract } from "./wire-contract.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** A server on OpenFGA's wire that the run was given; the run of the embedded engine has none. */
    openfgaTarget: ContractTarget | undefined
  }
}

const target = inject("openfgaTarget")

if (target === undefined) describe.skip("another server on OpenFGA's wire", () => {})
else describe("another server on OpenFGA's wire", () => wireContract(() => target))
