/**
 * The words around a candidate. Most numbers say nothing by themselves; what stands before them, as a
 * sentence or as the name of a field, does.
 */

const BEFORE = 56;

export interface Surroundings {
  readonly text: string;
  /** The name of the field that the text is the value of; empty where there is none. */
  readonly field: string;
}

/**
 * Lower-case words before `at`, in any spelling of names (`cardNumber`, `card_number`), back to the field
 * before. At most `BEFORE` characters, and the name of the field where the text has a beginning there.
 */
export function wordsBefore({ text, field }: Surroundings, at: number): string {
  const from = Math.max(0, at - BEFORE);
  const near = text.slice(from, at);
  const words = near.slice(endOfFieldBefore(near));
  return folded(from === 0 && words.length === near.length && field !== '' ? `${field}: ${words}` : words);
}

function endOfFieldBefore(near: string): number {
  return (
    Math.max(near.lastIndexOf('{'), near.lastIndexOf('}'), near.lastIndexOf(',"'), near.lastIndexOf('", "')) +
    1
  );
}

function folded(words: string): string {
  return words
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[_\-.:="'’*#()[\]\s]+/g, ' ');
}
