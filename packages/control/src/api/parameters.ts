import { z } from 'zod';

/** Text without control and invisible characters and lone surrogates, for names that people give and logs show. */
export const plainText = (length: number) =>
  z
    .string()
    .min(1)
    .max(length)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters');

/** An agent's name as policy documents spell it. */
export const agentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'letters, digits, `.`, `_` and `-`, at most 128');

/** A whole number in a query string; no signs, exponents or blanks. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

export const cursor = z.string().min(1).max(512);
export const identifier = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/);
export const reason = plainText(1000);
