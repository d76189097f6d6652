"""The ground floor: operations, refusals, context and base classes. It knows no domain noun."""
