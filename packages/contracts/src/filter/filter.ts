/** A filter as it is understood: plain data, made by `parseFilter`, the same for index, API and streams. */
import type { NumberKey, ValueKey } from './keys.ts';

export interface FilterValue {
  value: string;
  /** Written with a star at its end: any value that begins so. */
  prefix?: true;
}

export interface ValueTerm {
  type: 'value';
  key: ValueKey;
  /** One of them is enough. */
  values: FilterValue[];
  negated: boolean;
}

export type Comparison = '<' | '<=' | '=' | '>=' | '>';

export interface NumberTerm {
  type: 'number';
  key: NumberKey;
  comparison: Comparison;
  value: number;
  negated: boolean;
}

export interface TimeTerm {
  type: 'time';
  /** Milliseconds since 1970; from inclusive, to exclusive. */
  from?: number;
  to?: number;
  negated: boolean;
}

/** Text anywhere in what the event holds of parameters, answer and reasons; upper and lower case are alike. */
export interface TextTerm {
  type: 'text';
  text: string;
  negated: boolean;
}

export type FilterTerm = ValueTerm | NumberTerm | TimeTerm | TextTerm;

/** All of them have to hold. */
export type Filter = readonly FilterTerm[];
