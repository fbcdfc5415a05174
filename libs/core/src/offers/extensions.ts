import type { FrameworkInfo } from './framework';

/** A framework with this label and the value `true` is treated over the Mesos door as over gRPC: our extensions included (architecture 11.6). */
export const EXTENSIONS_LABEL = 'holdfast.extensions';

export const wantsExtensions = ({ labels }: Pick<FrameworkInfo, 'labels'>): boolean =>
  labels.some(({ key, value }) => key === EXTENSIONS_LABEL && value === 'true');
