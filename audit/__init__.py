"""The audit trail (SOP 27): every act, append-only, in a hash chain for each record. Records are known only by
(type, id).
"""
