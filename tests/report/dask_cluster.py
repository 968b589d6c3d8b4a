"""A Dask cluster of two worker processes on this computer: says its address, ends with its input.

Each line of its input is a command: ``workers`` prints their process numbers, ``end`` ends the
cluster (as does the end of the input).
"""

import logging
import sys

from distributed import LocalCluster


def main():
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        for line in sys.stdin:
            if line.strip() == "end":
                break
            print(*(worker.pid for worker in cluster.workers.values()), flush=True)


if __name__ == "__main__":
    main()
