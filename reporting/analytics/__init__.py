"""How incidents were handled, in figures: computed by the database, over the incidents that the caller may count."""
