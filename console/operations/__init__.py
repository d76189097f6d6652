"""Operations on records: every operation as a form, dispatched like the API's requests."""
