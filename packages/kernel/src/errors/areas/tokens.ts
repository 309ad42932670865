import { defineErrors } from "../define-errors.ts"

/** Errors of the area `tokens`. */
export const tokensErrors = defineErrors({})
