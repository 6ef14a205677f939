/** Where things are kept: a file, or a database named by its url. */

/** Whether a place is named by the url of a database. */
export const isUrl = (place: string): boolean => /^postgres(ql)?:\/\//.test(place);

/** Whether it can be a place at all: a url of anything else would otherwise be taken for the path of a file. */
export const isPlace = (place: string): boolean =>
  isUrl(place) ? URL.canParse(place) : place !== '' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(place);
