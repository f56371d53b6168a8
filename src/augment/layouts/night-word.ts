/** Names of attributes that hold the time of day, without case and marks between words. */
const TIME_OF_DAY_KEYS: ReadonlySet<string> = new Set(['timeofday', 'daynight', 'dayornight']);

/** Whether an attribute of this name holds the time of day: `timeofday`, `time_of_day`, `Time of day`. */
export function isTimeOfDayKey(key: string): boolean {
  return TIME_OF_DAY_KEYS.has(key.toLowerCase().replaceAll(/[\s_-]/g, ''));
}

/** Whether a time of day, or a description, says night. */
export function saysNight(text: string): boolean {
  return /\bnight/i.test(text);
}

/**
 * `night`, capitalised as the time of day that it replaces: `Daytime` becomes `Night`. Undefined where nothing is to change: what says
 * night, and what is no word, such as the time of a clock.
 */
export function nightWordFor(timeOfDay: string): string | undefined {
  const letters = timeOfDay.replaceAll(/[^\p{L}]/gu, '');
  if (letters === '' || /\d/.test(timeOfDay) || saysNight(timeOfDay)) return undefined;
  if (letters.length > 1 && letters === letters.toUpperCase()) return 'NIGHT';
  return /^\p{Lu}/u.test(letters) ? 'Night' : 'night';
}
