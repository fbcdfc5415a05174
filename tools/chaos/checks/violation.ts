/** Something that must never be, with all that was seen of it. */
export interface Violation {
  /** Which check saw it. */
  readonly check: string;
  /** What it is about; the message may tell more, which changes from look to look. */
  readonly subject: string;
  readonly message: string;
}

export const violation = (check: string, message: string, subject: string = message): Violation => ({ check, subject, message });

export const isSame = (a: Violation, b: Violation): boolean => a.check === b.check && a.subject === b.subject;
