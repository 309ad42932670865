declare const brand: unique symbol

/** A value that only its own constructor makes, so that look-alikes (two string ids, two durations) cannot be swapped. */
export type Branded<Value, Name extends string> = Value & { readonly [brand]: Name }
