import { observableGauge } from '@holdfast/platform/telemetry';
import { reservationRole } from '@holdfast/core/resources';
import type { UsageWatch, VolumeUsage } from './usage-watch';

/** How large each volume is and may be. */
export function observeVolumes(watch: Pick<UsageWatch, 'volumeUsages'>): void {
  observableGauge('holdfast_agent_volume_used_bytes', 'What the data of a volume takes on its disk, when it was last measured', (gauge) => {
    for (const usage of watch.volumeUsages()) if (usage.usedBytes !== undefined) gauge.observe(usage.usedBytes, labelsOf(usage));
  });
  observableGauge('holdfast_agent_volume_size_bytes', 'The size of a volume', (gauge) => {
    for (const usage of watch.volumeUsages()) gauge.observe(usage.sizeBytes, labelsOf(usage));
  });
}

const labelsOf = ({ volume }: VolumeUsage) => ({ role: reservationRole(volume), id: volume.disk?.persistence?.id ?? '' });
