/** What a type may be called. */
export const typeForm = /^[^:#@\s]{1,254}$/u
/** What a relation, a condition or its parameter may be called. */
export const relationForm = /^[^:#@\s]{1,50}$/u
