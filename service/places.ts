/** Where things are kept: a file, or a database named by its url. */

/** Whether a place is named by the url of a database. */
export const isUrl = (place: string): boolean => /^postgres(ql)?:\/\//.test(place);
