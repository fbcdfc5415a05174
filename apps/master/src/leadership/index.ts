export { StaleLeader, type Leadership } from './leadership';
export { claimLeadership } from './redis-leadership';
