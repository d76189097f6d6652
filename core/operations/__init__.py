"""Operations: their declarations, authorization, body validation and dispatch."""
