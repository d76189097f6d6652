"""What the members of resolutions mean."""

HELP_TEXTS = {
    "PostmortemReviewBody.comment": "What the review found.",
    "ReopenBody.reason": "Why it is not resolved after all.",
    "article_ids": "Knowledge base articles that apply.",
    "change_ids": "Change requests linked to the resolution.",
    "comment": "The reason for the decision.",
    "duplicate_of_id": "The incident that this one duplicates.",
    "note": "A note.",
    "reason": "The reason for the request.",
    "resolution_code": "Why the incident is resolved without mitigation; for incident managers.",
    "resolution_summary": "What was done to resolve the incident.",
}
