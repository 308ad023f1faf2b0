type Present<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** Leaves out the keys whose value is undefined, as `exactOptionalPropertyTypes` asks for. */
export function present<Value extends object>(value: Value): Partial<Present<Value>> {
  return Object.fromEntries(Object.entries(value).filter((entry) => entry[1] !== undefined)) as Partial<
    Present<Value>
  >;
}
