"""`python -m tests.drills.measure URL TOKEN TIMES`: the median response time, in seconds, from its own process."""

import http.client
import sys
import time
from statistics import median
from urllib.parse import urlsplit


def main() -> None:
    url, token, times = urlsplit(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    spent = []
    for _ in range(times):
        began = time.monotonic()
        caller = http.client.HTTPConnection(url.netloc, timeout=60)
        caller.request("GET", url.path, headers={"Authorization": f"Token {token}"})
        caller.getresponse().read()
        spent.append(time.monotonic() - began)
        caller.close()
    print(median(spent))


if __name__ == "__main__":
    main()
