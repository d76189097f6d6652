"""The entry point of software agents: a Model Context Protocol (MCP) server generated from the operation registry.

Every tool call is the REST request that it stands for, executed in this process. Authentication, the grant of the
token, caps, duties, approvals, limits and the audit trail are therefore those of the API; nothing is decided here.
"""
