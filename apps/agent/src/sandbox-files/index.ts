export { FileRefusal } from './file-refusal';
export { type FileInfo, fileInfos, modeText } from './file-info';
export { FilePlaces, type FilePlacesDeps, type TaskWithFiles, virtualPath } from './file-places';
export { listDirectory, MAX_ENTRIES } from './list-directory';
export { openDownload } from './open-download';
export { type FilePart, MAX_PART_BYTES, readPart } from './read-part';
