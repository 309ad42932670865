import { defineErrors } from "../define-errors.ts"

/** Errors of the area `rebac`. */
export const rebacErrors = defineErrors({})
