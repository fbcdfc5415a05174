/** What a repair does: the one thing that mends books from evidence (architecture section 6). */
export const REPORT_ANEW = 'The agent reports anew, and ledger and master follow its report.';

export const WHEN_BACK = 'Bring the agent back: ledger and master follow its report when it registers.';
