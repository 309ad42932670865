import { defineErrors } from "../define-errors.ts"

/** Errors of the area `openfga`. */
export const openfgaErrors = defineErrors({})
