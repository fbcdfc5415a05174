/** Each change, each cause of a report and each refusal of the ledger: all must be met in a long run of steps, or these do not bite. */
export const EVERY_WORD: readonly string[] = [
  ...['volume_created', 'volume_ready', 'volume_draining', 'destroy_cancelled', 'volume_destroying', 'volume_gone'],
  ...['volume_added', 'volume_updated', 'volume_resized', 'volume_acquired', 'volume_released'],
  ...['holder_running', 'holder_ending', 'holder_updated'],
  ...['agent_reported', 'not_reported', 'lost_by_agent', 'never_made', 'deleted_before', 'unused'],
  ...['stale_epoch', 'dependency_refused', 'ledger_unverified', 'volume_exists', 'volume_not_found', 'volume_not_ready', 'volume_in_use'],
  ...['destroy_pending', 'destroy_not_pending', 'operation_invalid'],
];
