"""Interpretations of the policy where it is silent or ambiguous. Each one is implemented in one place and documented
here.
"""

INTERPRETATIONS: dict[str, tuple[str, ...]] = {
    "Who may": (
        "A procedure's own list of permitted roles takes precedence over the general mapping of roles to operations. "
        "If a procedure has no update step, its list applies to updates as well; if two procedures authorise one "
        "operation, either list is sufficient.",
        "The caller is the owner of the token. Inputs that name the acting person are accepted if they name the "
        "caller, and refused otherwise.",
        "A record outside the caller's scope is indistinguishable from a missing one. An unreadable id in a body is "
        "an invalid reference; a readable record that is not assigned to the caller is out of scope.",
        "Staff read everything except other people's tokens. A client contact reads records of their own client, a "
        "vendor contact those about their vendor's products.",
        "A client contact who reports an incident must belong to its client; an assigned manager must be an active "
        "incident manager. An incident created by a vendor contact needs such a manager before its status changes.",
        "Users cannot set another person's password, and no single person can activate an account: the creator or "
        "re-issuer receives one share, a second person issues the other once, and both expire. A software agent may "
        "create accounts, but neither sets a password nor receives a share.",
        "Suspension and deactivation end access permanently: they revoke tokens, sessions, pending shares and the "
        "password; a change of role revokes all of these except the password. Leave does not end access.",
    ),
    "Order of refusals": (
        "Login, active account, role, in person, scope, assignment and duties that need no body, shape and "
        "references, duties that need the body, version, state and preconditions, approval: the first failing check "
        "decides, so each request has exactly one correct response. A caller without permission learns nothing about "
        "the body's shape.",
        "Operations that are in person refuse tokens that name a software agent. The agent of a person who could "
        "perform an elevated operation directly needs an approval like everyone else.",
    ),
    "Approvals": (
        "Vendor onboarding, agreements, reports, privileged accounts and the approval rules themselves need an "
        "executive: executives perform them directly, others with an approval. Executives decide critical changes.",
        "An approval is bound to its requester, the operation, the record and the exact body; another person decides "
        "it once; it expires, and the one request that it authorises consumes it. A refused request consumes nothing.",
        "The approver must have the role and be active both at the decision and when the approval is used.",
        "The policy's elevations are a minimum: an approval rule may demand more, never less, and never a lower role.",
    ),
    "Segregation of duties": (
        "The initiators of an incident are the creator of its record and its reporter.",
        "Closure needs higher authority if the incident has ever been P1 or P2; lowering the severity later does not "
        "change that.",
        "The owner of an account may countersign its re-issued activation: the other share is with the re-issuer.",
        "Only an incident manager who is not an initiator may lower a severity, with a reason.",
        "Duties apply to the person, even when a software agent uses that person's token.",
    ),
    "Incidents": (
        "A duplicate is an unresolved incident with the same client, component and category or, without a component, "
        "with the same client, category and title.",
        "Severity follows from stated facts by the clauses of SOP 13; a worse fact never lowers it. A stated severity "
        "below the classification is refused; a higher one is accepted and marked as stated. The server adds its own "
        "facts, and reclassifies when facts or affected clients change: severity and peak rise with them, and never "
        "fall automatically.",
        "Times are ordered: an incident occurs, is then detected, and is then recorded.",
        "New records may only refer to active ones; suspending a client later does not block work on its incidents.",
        "Of two concurrent transitions one succeeds. The other is evaluated against the result of the first: it is "
        "refused as stale_version if it named the earlier version (If-Match), as invalid_transition if the transition "
        "is no longer allowed, and otherwise with what is missing, as if it had been sent later.",
        "An incident resolved as a duplicate must name an incident of the same client, or one that affects it. "
        "Duplicates form no cycles; the last incident of their chain takes over the affected clients, unless it is "
        "closed.",
        "A postmortem's data must not change after its review: such a write voids the review, and closing compares "
        "again. Later delivery statuses, notes and new names of clients do not count, nor do facts that leave severity "
        "and its clause as they are.",
        "One post-incident review of an incident at a time is unfinished.",
        "Closing requires mitigation that is still in effect; the statement of an incident manager who resolved the "
        "incident with a code and a note is still sufficient.",
        (
            "The analysts of an analysis are its assignee and everyone who ever completed it or wrote findings; a "
            "rejection does not change that."
        ),
        "The delivery status of a communication has a lifecycle: pending becomes sent, delivered or failed; sent "
        "becomes delivered or failed; failed becomes sent or delivered; delivered is final. The time of the first "
        "sending is kept.",
        "A change starts within its window, or its record states otherwise with a reason. An emergency change without "
        "a window is exempt; one with a window is not.",
        "A contact sees only readiness conditions that rest on readable records.",
        "A resolution notifies its stakeholders (SOP 16, step 5) with one communication of type automated_notification "
        "each: the active contacts of the affected clients, their account managers, the reporter and the assigned "
        "manager. Each is recorded in the audit trail as notify.",
    ),
    "Service levels": (
        "The ranges of SOP 26 apply literally, with a day of 1,440 minutes; a single number is the maximum. P2 and P3 "
        "lie between P1 and P4, and a less severe incident must not have a shorter target.",
        "Each subscription has at most one active agreement for each severity. A subscription without an end date is "
        "open-ended; one of type custom is exempt from the ranges, but not from the order.",
        "Clocks count covered time: premium always; standard in business hours, and round the clock for P1 and P2; "
        "basic in business hours. Business hours are Monday to Friday, nine to five, unless the client has its own.",
        "An active subscription cannot have ended by the date in the client's time zone: an ended one must be set to "
        "expired, or given a later end. A cancelled subscription cannot change.",
        "A client's business-hours clocks depend on its calendar; the clocks of a subscription's agreements depend on "
        "the subscription.",
        "A subscription is current for an incident if it has started and had not ended when the incident was "
        "detected. A later agreement applies from the detection.",
        "The clock starts at the detection and stops from a resolution to a reopening. When severity, component, "
        "agreement, subscription or calendar change, the elapsed time is kept as counted under the earlier terms; a "
        "shorter new target may already have been due in the past.",
        "The response is the acknowledgement, or a resolution without one, and keeps its due time. From three "
        "quarters of a target on, a running clock is at risk.",
        "Recovery time is wall-clock time: the stated downtime, or the time since the detection.",
        "Elapsed time and breaches are computed on reading, and recorded permanently whenever the incident or its "
        "terms change; there are no background jobs.",
        "An imported incident keeps its recorded breaches. An unresolved one has clocks that run from its detection, "
        "under the agreement that applies today. A resolved one gets new clocks when it is reopened.",
    ),
    "Events": (
        "Criteria in the request take precedence over active stored rules, and those over the defaults; number and "
        "severity are determined separately, so a rule without a severity keeps the default threshold.",
        "Events that require more than one incident fail to correlate, unless the request states one key for all.",
        "Stored events of resolved or closed incidents no longer count; events named in the request always do.",
        "Without a stated category, any unresolved incident of the client and component is the duplicate.",
        "No alert is ever lost. A fingerprint names an alert, not one occurrence of it, so it only correlates. An "
        "event is a repeat if its source has sent the same `event_id` before, or the same fingerprint and "
        "`detected_at`: the response is the existing record, with `already_recorded`. Any other is a new record.",
    ),
    "Knowledge and reviews": (
        "Authors of articles are technical support and incident managers. Reviewers are those who may publish: these "
        "roles and executives; technical support only if assigned.",
        "The author of an article, or of any of its revisions, can neither publish nor return it.",
        "The facilitator of a review must be an incident manager, an executive, a system administrator or in "
        "technical support: the roles that run reviews and those that work on incidents.",
        "A review must be scheduled for today or later in the caller's time zone. Neither its facilitator nor anyone "
        "who starts, rates or completes it may ever have resolved the incident, including resolutions that were "
        "reopened; an older review with such a facilitator continues once another is named.",
        (
            "The three ratings of a review are given at completion or earlier; an incident has at most one unfinished "
            "review."
        ),
        "A contact who owns an action item may read and complete that item, and nothing else of the review.",
    ),
    "Audit": (
        "An audit entry is written in the transaction of its act; if it fails, nothing is written.",
        "Reads have entries as well: the query, never the results.",
        "Free text, contact details and secrets are recorded in the trail only as changed, with length and digest.",
        "Entries stated by users are marked as stated and never count as evidence.",
    ),
    "Text and time": (
        "Line endings are stored as line feeds. Other control characters except tab are refused with the code "
        "control_character; text without visible characters is blank.",
        "Names, identifiers and e-mail addresses are the same if they are equal in Unicode form, case, white space and "
        "without invisible characters; domains are compared by IDNA. In titles and searches punctuation does not "
        "count either.",
        "A search uses each of its words, at most ten, and finds the same records on both databases. Filters on text "
        "compare by the same rule.",
        "Dates are YYYY-MM-DD and times RFC 3339, in UTC unless they state an offset. Years are 1970 to 2199; an older "
        "export keeps the nearest of them, with a violation.",
        "A telephone number with an extension is refused. A time zone is a name of the IANA database.",
        "Times taken by the server never precede the times of the record, even if the server's clock was set back.",
    ),
    "Limits": (
        "No external system is called: communications and notifications are records. Time is the server's clock.",
        "Imported rows are kept unchanged. If a row violates a current rule, its record has a violation, and no new "
        "write may repeat it.",
    ),
}
