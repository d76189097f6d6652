"""Analytics: figures computed by the database over the incidents in the caller's scope."""
