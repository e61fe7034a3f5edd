/** Files of shards, read without the checks that joining makes. */
import type { ShardContent } from "../../lab/certify/shard.ts";

/** What the files say. */
export function readShards(paths: readonly string[]): Promise<ShardContent[]> {
  return Promise.all(
    paths.map(async (path) => JSON.parse(await Deno.readTextFile(path)).content as ShardContent),
  );
}
