"""What was learned: articles (SOP 24) and post-incident reviews (SOP 25)."""
