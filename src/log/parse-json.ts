/**
 * JSON.parse where being no JSON is an answer, not an exception: the end of a torn log is none.
 *
 * @returns undefined, which JSON cannot say, if the text is no JSON or there is no text
 */
export function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
