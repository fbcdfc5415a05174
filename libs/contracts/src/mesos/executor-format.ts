import { executorCallCodec } from '../codec';
import { writeExecutorEvent } from '../codec/executor-event';
import { Event as WireEvent } from '../gen/holdfast/executor/v1/executor';
import { mesosFormats } from './mesos-formats';

/** Of the executor API of an agent (wire document, section 7.2). */
export const { json: executorJson, protobuf: executorProtobuf } = mesosFormats({
  call: 'holdfast.executor.v1.Call',
  decodeCall: (bytes) => executorCallCodec.decode(bytes),
  event: 'holdfast.executor.v1.Event',
  wire: WireEvent,
  writeEvent: writeExecutorEvent,
});
