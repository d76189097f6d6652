"""What a run prints: one line for each task, the shares, and the counts of each verdict."""

from collections.abc import Mapping, Sequence

from evals.scoring import Score, Verdict, counts, pass_hat


def summary(scores: Sequence[Sequence[Score]]) -> str:
    """The result of a run: pass^k up to the number of trials, and how often each verdict was given."""
    lines = []
    for trials in scores:
        passed = sum(each.verdict.passed for each in trials)
        lines.append(f"{trials[0].task.name:32} {passed} of {len(trials)}")
        lines += [f"    {each.verdict}: {'; '.join(each.found)}" for each in trials if not each.verdict.passed]
    most = min((len(trials) for trials in scores), default=0)
    lines += ["", *(f"pass^{k}  {pass_hat(scores, k):.3f}" for k in range(1, most + 1)), ""]
    lines += [f"{count:5}  {verdict}" for verdict, count in counts(scores).items()]
    return "\n".join(lines)


def table(found: Mapping[str, Sequence[Score]]) -> str:
    """Tasks by scripted agents: a point where the task passed, else the verdict."""
    agents = list(found)
    rows = [f"{'task':32}" + "".join(f"{agent:20}" for agent in agents)]
    for scores in zip(*found.values(), strict=True):
        cells = ("·" if each.verdict.passed else str(each.verdict) for each in scores)
        rows.append(f"{scores[0].task.name:32}" + "".join(f"{cell:20}" for cell in cells))
    passed = (str(sum(each.verdict.passed for each in found[agent])) for agent in agents)
    rows.append(f"{'passed':32}" + "".join(f"{count:20}" for count in passed))
    verdicts = [verdict for verdict in Verdict if not verdict.passed]
    for verdict in verdicts:
        numbers = (str(sum(each.verdict is verdict for each in found[agent])) for agent in agents)
        rows.append(f"{verdict:32}" + "".join(f"{count:20}" for count in numbers))
    return "\n".join(rows)
