/** What begins the line of a report: drivers print lines of their own. */
const MARK = 'nocturne doctor: ';

/** A test's report as the line that its process prints. */
export function formatReport(report: object): string {
  return `\n${MARK}${JSON.stringify(report)}\n`;
}

/** The report in what a process printed; undefined where it printed none. */
export function parseReport(printed: string): object | undefined {
  const line = printed.split('\n').findLast((text) => text.startsWith(MARK));
  if (line === undefined) return undefined;
  try {
    return JSON.parse(line.slice(MARK.length)) as object; // written by formatReport
  } catch {
    return undefined; // a driver wrote into the line, or the process ended in it
  }
}
