"""The audit trail (SOP 27): every act, append-only, chained by record. It knows records only by (type, id)."""
