import { describe } from "vitest"
import { changesContract } from "./changes.ts"
import { checkContract } from "./check.ts"
import { listsContract } from "./lists.ts"
import { modelsContract } from "./models.ts"
import { officialClientContract } from "./official-client.ts"
import { ourClientContract } from "./our-client.ts"
import { storesContract } from "./stores.ts"
import { readContract, writeContract } from "./tuples.ts"
import type { ContractTarget } from "./wire.ts"

/** What every server on OpenFGA's wire keeps: the embedded engine and the real server alike. */
export function wireContract(target: () => ContractTarget): void {
  describe("stores and the shell", () => storesContract(target))
  describe("models and assertions", () => modelsContract(target))
  describe("write", () => writeContract(target))
  describe("read", () => readContract(target))
  describe("changes", () => changesContract(target))
  describe("check and batch-check", () => checkContract(target))
  describe("lists and expand", () => listsContract(target))
  describe("OpenFGA's own client", () => officialClientContract(target))
  describe("our own client", () => ourClientContract(target))
}
