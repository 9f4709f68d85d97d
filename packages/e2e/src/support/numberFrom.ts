/**
 * What a variable of the environment says.
 *
 * @throws Error for anything but a whole number: a test that counts to NaN tries nothing and passes
 */
export function numberFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  return text ? wholeNumber(name, text) : otherwise;
}

/** As {@link numberFrom}, for numbers with commas between them. */
export function numbersFrom(name: string, otherwise: number[]): number[] {
  const text = process.env[name];
  return text ? text.split(',').map(one => wholeNumber(name, one)) : otherwise;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new Error(`${name} is ${text}, and has to be a whole number`);
  }
  return Number(text);
}
