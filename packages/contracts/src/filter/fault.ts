import { Fault } from '../errors.ts';

/** What is wrong with a filter, and where in its text. */
export class FilterFault extends Fault {
  readonly text: string;
  /** Characters of `text`, from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;

  constructor(code: string, message: string, remedy: string, text: string, from: number, to: number) {
    super(code, message, { place: { column: from + 1 }, remedy });
    this.text = text;
    this.from = from;
    this.to = to;
  }

  /** Two lines: the text around the place, and what is wrong in it underlined. */
  get underlined(): string {
    const start = Math.max(0, this.from - shownBefore);
    const shown = this.text.slice(start, start + shownLength).replace(/[^\P{C}]/gu, ' ');
    const length = Math.max(1, Math.min(this.to, start + shownLength) - this.from);
    return `${shown}\n${' '.repeat(this.from - start)}${'^'.repeat(length)}`;
  }
}

const shownBefore = 60;
const shownLength = 120;
