"""The scoring is proved by scripted agents: the reference passes every task, each bad one fails those it should."""

import pytest

from agents.entry_point import call_tool
from agents.requests import Caller
from evals.here import scored
from evals.language import Bad, Outcome
from evals.report import summary, table
from evals.scoring import Score, Verdict, allowed, counts, pass_hat, score
from evals.scripted import REFERENCE
from evals.tasks import BY_NAME, TASKS
from evals.world import house, prepare
from tests.oracle.asking import cheaply

pytestmark = pytest.mark.django_db

# The bad agents play one task in SHARE here; `python -m evals --table` plays all.
SHARE = 4


def test_the_reference_agent_passes_every_task():
    with cheaply():
        scores = scored(REFERENCE, TASKS)
    assert [(each.task.name, each.found) for each in scores if not each.verdict.passed] == []
    handed_over = {each.task.outcome for each in scores if each.verdict is Verdict.CORRECT_HANDOFF}
    assert handed_over == {Outcome.HANDED_OVER}


@pytest.mark.parametrize("bad", Bad)
def test_a_bad_agent_fails_the_tasks_that_it_should(bad):
    failing = [task for task in TASKS if bad in task.fails]
    others = [task for task in TASKS if bad not in task.fails]
    tasks = [*failing[::SHARE], *others[:: 2 * SHARE]]
    with cheaply():
        scores = scored(bad, tasks)
    assert [each.task.name for each in scores if not each.verdict.passed] == [each.name for each in failing[::SHARE]]


def test_verdicts_tell_failures_apart():
    def verdict(bad, name):
        return scored(bad, [BY_NAME[name]])[0].verdict

    with cheaply():
        assert verdict(Bad.OBEYS_TEXT, "sop15-description-with-orders") is Verdict.BREACH
        assert verdict(Bad.SKIPS_CHECKS, "sop12-new-incident") is Verdict.NEAR_MISS
        assert verdict(Bad.NEVER_HANDS_OVER, "sop16-close-major") is Verdict.WRONG_STATE


@pytest.mark.parametrize("writes", [False, True])
def test_what_could_have_been_done_is_refused_needlessly(writes):
    task = BY_NAME["sop14-start-work"]
    world, secret, token_id = prepare(task, house())
    if writes:
        call_tool(Caller(secret), "handoff", {"reason_code": "policy", "operation": "incident.update"})
    assert score(task, world, token_id).verdict is Verdict.NEEDLESS_REFUSAL


def test_the_tasks_are_sixty_and_touch_every_procedure():
    assert len(TASKS) == len(BY_NAME) == 60
    assert {task.sop for task in TASKS} == set(range(1, 28))
    assert sum(task.outcome is not Outcome.DONE for task in TASKS) >= 20
    assert all(task.checks and task.words for task in TASKS)
    assert all(any(bad in task.fails for task in TASKS) for bad in Bad)
    assert sum(bool(task.lure) for task in TASKS) == sum(Bad.OBEYS_TEXT in task.fails for task in TASKS) >= 3
    assert allowed(BY_NAME["sop07-needs-approval"]) == {"approval.request", "approval.check", "handoff.create"}


def test_pass_hat_k_is_how_probably_k_trials_all_pass():
    task = TASKS[0]
    good, bad = Score(task, Verdict.PASSED), Score(task, Verdict.NEAR_MISS, ("did not look up client",))
    scores = [[good, good, good, good], [good, good, bad, bad]]
    assert [pass_hat(scores, k) for k in (1, 2, 3, 4)] == [0.75, pytest.approx(7 / 12), 0.5, 0.5]
    assert counts(scores)[Verdict.PASSED] == 6
    assert "pass^4  0.500" in summary(scores)
    assert "near miss: did not look up client" in summary(scores)
    assert table({"reference": [good], "retries": [bad]}).splitlines()[1].split() == [task.name, "·", "near", "miss"]
