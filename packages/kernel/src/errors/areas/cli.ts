import { defineErrors } from "../define-errors.ts"

/** Errors of the area `cli`. */
export const cliErrors = defineErrors({})
