"""How this product reads the policy where it is silent or open. Each reading is built in one place; here it is said."""

READINGS: dict[str, tuple[str, ...]] = {
    "Who may": (
        "A procedure's own list of who can perform it counts more than the general mapping of roles to operations. "
        "Where a procedure has no update step, its list holds for updates too; where two procedures authorise one "
        "operation, either list does.",
        "The caller is whoever the token belongs to. Inputs that name the acting person are accepted when they name "
        "the caller and refused otherwise.",
        "A record outside one's scope looks as if it did not exist. An id in a body that one may not read is an "
        "invalid reference; a record one may read but is not assigned to is out of scope.",
        "Staff read everything but other people's tokens. A client contact reads what concerns the own client, a "
        "vendor contact what concerns the own vendor's products.",
        "A client contact who reports an incident belongs to its client; an assigned manager is an active incident "
        "manager. An incident that a vendor contact opened needs such a manager before it moves on.",
        "Nobody sets another person's password, and no single person holds what activates an account: one share "
        "answers who creates or re-issues it, the other is drawn once by a second person, and both expire. A software "
        "agent may create accounts, but neither sets a password nor receives a share.",
        "Access that ends is over: suspension and deactivation revoke tokens, sessions, pending shares and the "
        "password; any change of role revokes all but the password. Leave revokes nothing.",
    ),
    "Order of refusals": (
        "Login, active account, role, in person, scope, assignment and duties that need no body, shape and references, "
        "duties that need the body, version, state and preconditions, approval: the first that fails is the answer, so "
        "each request has exactly one. Whoever may not do a thing at all learns nothing of its shape.",
        "What is in person is refused to a token that names a software agent. The agent of a person who could perform "
        "an elevated operation directly needs an approval like anybody.",
    ),
    "Approvals": (
        "Vendor onboarding, agreements, reports, privileged accounts and the approval rules themselves need an "
        "executive: who is one acts directly, others with an approval. Critical changes are decided by executives.",
        "An approval is bound to its requester, the operation, the record and the exact body, is decided once by "
        "somebody else, expires, and is used up by the one request it authorises. A refused request uses up nothing.",
        "The approver must hold the role and be active both when deciding and when the approval is used.",
        "What the policy elevates is a floor: an approval rule may ask for more, never for less or for a lesser role.",
    ),
    "Segregation of duties": (
        "The initiators of an incident are who recorded it and who reported it.",
        "Closure needs higher authority when the incident was P1 or P2 at any time, so lowering the severity later "
        "changes nothing.",
        "Only an incident manager who is no initiator lowers a severity, and says why.",
        "Duties are judged by person, also when a software agent acts with that person's token.",
    ),
    "Incidents": (
        "A duplicate is an unresolved incident of the same client, component and category; where no component is "
        "named, of the same client, category and title.",
        "Severity follows from stated facts by the clauses of SOP 13; a worse fact never lowers it. A stated severity "
        "that is lower than the facts give is refused; a higher one is accepted and marked as stated. The server adds "
        "the facts it knows, and judges again when facts or affected clients change: severity and peak rise with "
        "them, and nothing falls by itself.",
        "Times are ordered: an incident occurs, is detected, and is recorded no earlier than that.",
        "New records refer to active ones; a client that is suspended later does not stop the work on its incidents.",
        "Of two simultaneous moves one wins. The other is judged by what the first has left: it is refused as "
        "stale_version where it named the version that it had seen (If-Match), as invalid_transition where the move "
        "is no longer drawn, and else told what is missing, as if it had come later.",
        "A duplicate that is resolved as such names an incident of the same client, or one that affects it. Duplicates "
        "form no circle; the incident at the end of their chain takes over the affected clients, unless it is closed.",
        "What the postmortem tells must not change after its review: such a write voids the review, and the closing "
        "compares once more. It tells of neither later delivery statuses, nor notes, nor new names of clients.",
        "Closing needs mitigation that still stands; the word of an incident manager who resolved it with a code and "
        "a note still stands for it.",
        "Who conducted an analysis is the assignee, who completed it, and everybody who ever wrote of its findings.",
        "What became of a communication follows a lifecycle: pending becomes sent, delivered or failed; sent becomes "
        "delivered or failed; failed becomes sent or delivered; delivered is final. When it was first sent is kept.",
        "A change begins within its window, or its record says that it did not, and why. An emergency that has no "
        "window has none to keep; one that has been given a window keeps it.",
        "A contact learns of an incident's readiness only what rests on records that the contact may read.",
    ),
    "Service levels": (
        "The ranges of SOP 26 hold literally, a day being 1,440 minutes; a single number is the longest time allowed. "
        "P2 and P3 lie between P1 and P4, and a less severe incident is never promised a faster time.",
        "One agreement for each subscription and severity is active. A subscription without an end date is "
        "open-ended; one of type custom is free of the ranges, not of the order.",
        "Clocks count covered time: premium always; standard in business hours, and round the clock for P1 and P2; "
        "basic in business hours. Business hours are Monday to Friday, nine to five, unless a client has its own.",
        "An active subscription has not ended by the date in the client's time zone: what has ended is set to "
        "expired, or given a later end. A cancelled one is not changed any more.",
        "A calendar underlies the clocks of its client that count business hours; a subscription those under its "
        "agreements.",
        "A subscription is current for an incident when it has begun and had not ended when the incident was "
        "detected. An agreement that comes later counts since the detection.",
        "The clock starts at the detection and stands still from a resolution to a reopening. When severity, "
        "component, agreement, subscription or calendar change, the time that has elapsed is kept, as the terms of "
        "that time counted it; a new target that is shorter was due when it was used up.",
        "The response is given by the acknowledgement, or by a resolution without one, and keeps the due time that "
        "held then. From three quarters of a target on a running clock is at risk.",
        "Recovery time is counted by the wall clock: the stated downtime, else the time since the detection.",
        "Elapsed time and breach are computed when they are read, and stamped for good whenever the incident or its "
        "terms change; nothing runs in the background.",
        "An imported incident keeps its recorded breaches. An unresolved one has clocks that run from its detection, "
        "under the agreement that applies today. A resolved one gets new clocks when it is reopened.",
    ),
    "Events": (
        "Criteria of the request win over active stored rules, and those over the defaults; number and severity are "
        "settled apart, so a rule that says nothing of severity leaves the default threshold.",
        "Events that call for more than one incident fail to correlate, unless the request states a key for all.",
        "Stored events whose incident is resolved or closed count no more; events that the request names always do.",
        "Where nobody states a category, any unresolved incident of the client and component is the duplicate.",
        "The same source and fingerprint are the same alert: it is answered with its first record, unchanged.",
    ),
    "Knowledge and reviews": (
        "Authors of articles are technical support and incident managers. A reviewer is one who may publish: these and "
        "executives; technical support only where assigned.",
        "Nobody publishes or returns an article whose author they are, or of which they wrote any revision.",
        "A review is facilitated by an incident manager, an executive, technical support or a system administrator: "
        "those who run reviews and those who work on incidents.",
        "A review is scheduled for a day that has not passed in the caller's time zone. Neither its facilitator nor "
        "who starts, rates or completes it ever resolved the incident, by a resolution that was reopened included; an "
        "older review under such a facilitator goes on when another is named.",
        "The three ratings of a review are given on completion or before; an incident has one unfinished review.",
        "A contact who owns an action item reads and settles that item, and nothing else of the review.",
    ),
    "Audit": (
        "An entry is written in the transaction of what it records; when it fails, nothing is written at all.",
        "Reading leaves an entry too: what was asked for, never what was found.",
        "Free text, contact details and secrets stand in the trail only as changed, with length and digest.",
        "Entries that users state are marked as stated and never count as evidence.",
    ),
    "Limits": (
        "Nothing outside is called: communications and notifications are records. Time is the server's clock.",
        "Imported rows are kept unchanged. Where a row breaks today's rules its record has a violation, and no new "
        "write may repeat it.",
    ),
}
