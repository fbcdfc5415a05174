import { observableGauge } from '@holdfast/platform/telemetry';
import type { VolumeAccess } from './volume-access';

/** How many group ids volumes may have, and how many of them are free. */
export function observeGroupIds(access: Pick<VolumeAccess, 'groupIds'>): void {
  observableGauge('holdfast_agent_volume_gids_total', 'Group ids that volumes may have', (gauge) => gauge.observe(access.groupIds.total));
  observableGauge('holdfast_agent_volume_gids_free', 'Group ids that no volume has', (gauge) => gauge.observe(access.groupIds.free));
}
