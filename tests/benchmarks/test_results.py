"""The benchmarks' input and limits; tests do not measure."""

import pytest

from benchmarks.load import Measured, read
from benchmarks.results import Result, report

REPORT = """Running 5s test @ http://127.0.0.1:1/
  1 threads and 8 connections
  Latency Distribution
     50%    9.11ms
     75%   10.20ms
     90%   11.00ms
     99%    1.20s
  4231 requests in 5.00s, 204.10MB read
{}
Requests/sec:    846.17
"""


def test_a_report_is_read():
    assert read(REPORT.format("")) == Measured(846.17, pytest.approx(0.00911), 1.2)


@pytest.mark.parametrize(
    "line", ["  Non-2xx or 3xx responses: 3", "  Socket errors: connect 0, read 2, write 0, timeout 0"]
)
def test_a_run_with_failures_is_no_measurement(line):
    with pytest.raises(RuntimeError, match=line.strip()):
        read(REPORT.format(line))


@pytest.mark.parametrize(
    ("found", "most", "verdict", "status"),
    [
        (0.7, False, "goal reached", 0),
        (0.55, False, "acceptable", 0),
        (0.4, False, "NOT ACCEPTABLE", 1),
        (0.4, True, "goal reached", 0),
        (0.7, True, "NOT ACCEPTABLE", 1),
    ],
)
def test_a_result_is_judged_by_its_limits(found, most, verdict, status, capsys):
    limits = (0.6, 0.5) if most else (0.5, 0.65)
    result = Result("list", "× ceiling", found, *limits, most)
    assert result.verdict == verdict
    assert report([result]) == status
    assert verdict in capsys.readouterr().out
