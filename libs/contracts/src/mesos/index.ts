export { mesosJson, mesosProtobuf, type MesosFormat } from './format';
