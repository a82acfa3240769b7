#!/bin/sh
# A long run on a cluster, as a job for Slurm that can be submitted again until it is done:
#
#     sbatch slurm.sh
#
# Every rank brings the devices of its node. The state is saved every half hour and when Slurm ends the job, and the
# next job goes on from there, to the same bits as one run without an end. Without Slurm, LAUNCH says what starts the
# program: LAUNCH="mpirun -n 2" ./slurm.sh, or LAUNCH= ./slurm.sh for this machine alone.
#SBATCH --job-name=ohmscape
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@300
#SBATCH --requeue

file=${FILE:-crossbar.h5} step=${UNTIL:-100000}

# SIGTERM goes to the program, which saves; this script waits for it.
trap '[ -z "${program-}" ] || kill -TERM "$program"' TERM

if [ -e "$file" ]; then
    set -- --from "$file" "$@"
else
    set -- --rows "${ROWS:-131072}" --cols "${COLS:-65536}" "$@"
fi
${LAUNCH-srun --mpi=pmix} ohmscape run "$@" --until "$step" --checkpoint "${CHECKPOINT:-30min}" -o "$file" --json &
program=$!
wait "$program"
status=$?
if kill -0 "$program" 2>/dev/null; then # it was the signal that ended the wait
    wait "$program"
    status=$?
fi
exit "$status"
