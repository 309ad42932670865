/** The largest document taken, in bytes: 32 MiB, as the product says. Larger ones are answered 413. */
export const maximumDocumentBytes = 32 * 1024 * 1024

/**
 * Components of one document. A document of 32 MiB with what npm writes for each package (1.1 KB) has 30,000; whole
 * distributions listed with their files have more, and are to be split.
 */
export const maximumComponents = 50_000

/**
 * How deep objects and arrays may nest. Each nested component costs two levels, and no tool was seen to nest more than ten
 * components; CycloneDX's own deepest example has 14 levels.
 */
export const maximumDepth = 100

/**
 * JSON values of one document, members and elements counted. It bounds the memory of reading: 32 MiB of `{},` would become
 * 600 MB of objects. A document of 32 MiB that npm wrote has 900,000.
 */
export const maximumValues = 1_500_000

/**
 * Members of one object. The formats' largest have some thirty; engines keep objects of a million in tables that take seconds
 * to fill.
 */
export const maximumMembers = 10_000

/** The longest text that is kept of a component (name, version, licence). A longer one is no name. */
export const maximumTextLength = 2_000

/** The longest package URL that is kept. PostgreSQL's B-tree takes entries of 2,704 bytes. */
export const maximumPurlLength = 2_000

/** Licences, and hashes, that are kept of one component; CycloneDX names 14 algorithms. */
export const maximumListLength = 100

/** Warnings that an answer lists; further ones are only counted. */
export const maximumWarnings = 20
