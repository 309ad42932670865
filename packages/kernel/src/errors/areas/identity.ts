import { defineErrors } from "../define-errors.ts"

/** Errors of the area `identity`. */
export const identityErrors = defineErrors({})
