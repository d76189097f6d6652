"""Knowledge base articles (SOP 24) and post-incident reviews (SOP 25)."""
