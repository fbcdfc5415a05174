import { lstat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  type FileInfo,
  fileInfos,
  type FilePart,
  FilePlaces,
  type FilePlacesDeps,
  listDirectory,
  openDownload,
  readPart,
} from '../sandbox-files';

export interface AgentFiles {
  /** What is in a directory. Throws FileRefusal, as the others do. */
  list(path: string): Promise<{ readonly infos: readonly FileInfo[]; readonly isCut: boolean }>;
  /** Undefined offset: only the size; undefined length: to the end; 64 KiB at most. */
  read(path: string, wish: { readonly offset: number | undefined; readonly length: number | undefined }): Promise<FilePart>;
  download(path: string): Promise<Readable>;
  /** Every path that is known, and where it lies. */
  known(): Readonly<Record<string, string>>;
}

/** The files of this agent's tasks, by path. */
export function agentFiles(deps: FilePlacesDeps): AgentFiles {
  const places = new FilePlaces(deps);
  return {
    async list(path) {
      const place = await places.find(path);
      const { entries, isCut } = await listDirectory(place, path);
      const within = path.replace(/\/+$/, '');
      // A volume is there in the task's own mounts only: here its place is an empty directory, or a link.
      const files = entries.map(async ({ name, stats }) => {
        const volume = places.volumeAt(place, name);
        return { path: `${within}/${name}`, stats: volume === undefined ? stats : await lstat(volume).catch(() => stats) };
      });
      return { infos: await fileInfos(await Promise.all(files)), isCut };
    },
    read: async (path, wish) => readPart(await places.find(path), path, wish),
    download: async (path) => openDownload(await places.find(path), path),
    known: () => places.known(),
  };
}
