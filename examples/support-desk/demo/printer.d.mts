import type { Printer } from './day.mjs';

export function printer(write: (line: string) => void): Printer;
