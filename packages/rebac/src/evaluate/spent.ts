import { GatehouseError } from "@gatehouse/kernel"

/** True for the error of a question that used up its steps: a list or an explanation then says that it is incomplete. */
export function isSpent(error: unknown): boolean {
  return error instanceof GatehouseError && error.details.limit === "steps"
}
