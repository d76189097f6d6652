"""The tasks, one module for each group of SOPs."""

from evals.language import Task
from evals.tasks import accounts, alerts, endings, incidents, learning, problems, services

TASKS: tuple[Task, ...] = tuple(
    task
    for module in (alerts, accounts, services, incidents, endings, problems, learning)
    for task in sorted(module.TASKS, key=lambda each: each.name)
)
BY_NAME = {task.name: task for task in TASKS}
