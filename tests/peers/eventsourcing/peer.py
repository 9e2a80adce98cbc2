"""Python's `eventsourcing` with its PostgreSQL recorder: `peer.py POSTGRES_URL DIR append FILE | read`.

What is asked and answered is said in ../src/work.rs.
"""

import json
import sys
import threading
import time
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

PAGE = 2_000


def recorder(url):
    at = urlsplit(url)
    datastore = PostgresDatastore(
        at.path.lstrip("/"),
        at.hostname,
        at.port,
        unquote(at.username),
        unquote(at.password or ""),
        pool_size=32,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return recorder


def append(recorder, path):
    queues, count = {}, 0
    with open(path) as lines:
        for line in lines:
            said = json.loads(line)
            stream, version = UUID(said["stream"]), said["version"]
            events = [
                StoredEvent(stream, version + n, "tais:Said", json.dumps(event).encode())
                for n, event in enumerate(said["events"])
            ]
            count += len(events)
            queues.setdefault(said["writer"], []).append(events)
    times, failures = [], []

    def write(queue):
        try:
            for events in queue:
                start = time.perf_counter()
                recorder.insert_events(events)
                times.append((time.perf_counter() - start) * 1_000)
        except Exception as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write, args=[queue]) for queue in queues.values()]
    start = time.perf_counter()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    seconds = time.perf_counter() - start
    if failures:
        raise failures[0]
    times.sort()
    p50, p99, p999 = (times[min(len(times) * n // 1_000, len(times) - 1)] for n in (500, 990, 999))
    return {"events": count, "seconds": seconds, "p50": p50, "p99": p99, "p999": p999}


def read(recorder):
    start, place, count = time.perf_counter(), 1, 0
    while page := recorder.select_notifications(place, PAGE):
        count += len(page)
        place = page[-1].id + 1
    return {"events": count, "seconds": time.perf_counter() - start}


def main():
    url, _, work, *file = sys.argv[1:]
    there = recorder(url)
    print(json.dumps(append(there, file[0]) if work == "append" else read(there)))
    there.datastore.close()


main()
