#!/usr/bin/env bash
#SBATCH --job-name=softplus-verify
#SBATCH --array=0-63
#SBATCH --cpus-per-task=2
#SBATCH --output=verify-%A_%a.log
#
# `deno task verify` on a Slurm cluster, a share of the inputs for each task of the array. From a clone that
# all nodes see:
#
#     sbatch tools/cluster/verify.slurm.sh --engine scalar      # any options of verify
#     deno task verify --join shards/*.json
#
# Joining names the shards that are missing. To run some of 64 again: SHARDS=64 sbatch --array=5,9 ...
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:?runs under Slurm: submit it with sbatch}"

index=$SLURM_ARRAY_TASK_ID
shards=${SHARDS:-$((SLURM_ARRAY_TASK_MAX + 1))}
# shellcheck disable=SC2086 # DENO may be a command with arguments
exec ${DENO:-npx -y deno@2.9.6} task verify \
  --shard "$index/$shards" \
  --workers "${SLURM_CPUS_PER_TASK:-1}" \
  --output "shards/$index-of-$shards.json" \
  "$@"
