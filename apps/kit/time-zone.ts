/** Whether a name is one of the IANA time zone database, as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  // Offsets as +01:00 are taken by Intl too, but know nothing of daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
