# English (written as in Britain). One file holds every text of every page.
#
# Keys begin with the part that uses them: shell-, office-, correspondent-, audit-, and for the
# domain's vocabulary role-, pillar-, state-, kind-, refusal-. A test fails on a key that a page asks
# for and this file lacks, and on a key that nothing asks for.

## shell: the name and the frame of every page

shell-name = ASEAN pillar record
shell-office = Office of ASEAN Affairs · Timor-Leste
shell-skip = Skip to content
shell-language = Language
shell-main-menu = Main
shell-signed-in-as = { $name }, { $role }
shell-sign-in = Sign in
shell-sign-out = Sign out
shell-unwitnessed-title = Not witnessed.
shell-unwitnessed = No independent witness has vouched for what was recorded since { $since }. Until one does, only those who keep the record vouch for it.
shell-sample-title = Sample data.
shell-sample = Beside real activities with their sources, this record holds invented ones, to show how it works.
shell-frozen = You are looking at the record as it stood on { $date } (event { $position }).
shell-frozen-latest = Go to the latest
shell-updated = Updated: event #{ $position }

nav-overview = Overview
nav-activities = Activities
nav-my-pillar = My pillar: { $pillar }
nav-desk = To decide
nav-history = History

footer-upto = Made from events 0 to { $position }.
footer-empty = Nothing has been recorded yet.
footer-recorded = Last recorded { $time }, Dili time (UTC+9).
footer-root = Log root
footer-verify = Verify this page

sign-in-title = Sign in
sign-in-name = Name
sign-in-password = Password
sign-in-wrong = The name or the password is not right.
sign-in-already = You are signed in as { $who }.

error-summary = Please mend this first
error-title = Error: { $title }

asof-label = Showing the record as of
asof-hint = Day, month, year: 23/11/2026
asof-show = Show
asof-strip = Events recorded each week

## shell: failures (failure-<code>-title, -what, -next)

failure-home = Go to the overview
failure-id = Error id, for the people who look after the system:
failure-recorded-no = Nothing was recorded.
failure-recorded-unknown = We do not know whether anything was recorded. It is safe to send it again: the same update is never counted twice.
failure-roles = This needs one of these roles: { $roles }.

failure-not-found-title = There is nothing at this address
failure-not-found-what = The address may have been mistyped, or it names something that this record does not hold.
failure-not-found-next = Check the address, or look for it in the list of activities.
failure-sign-in-needed-title = Please sign in
failure-sign-in-needed-what = Only people who are signed in can see this.
failure-sign-in-needed-next = Sign in and ask again.
failure-wrong-password-title = The name or the password is not right
failure-wrong-password-what = They do not belong together.
failure-wrong-password-next = Check both and ask again.
failure-forbidden-title = Your role cannot do this
failure-forbidden-what = You are signed in, but what you asked for is kept for others.
failure-forbidden-next = Ask the office if you think that you should have it.
failure-foreign-form-title = This form did not come from your own page
failure-foreign-form-what = Either the page was open since before you last signed in, or another site tried to send the form for you.
failure-foreign-form-next = Go back, load the page again and send it once more.
failure-malformed-title = We could not read this request
failure-malformed-what = Something in it is missing or not written as expected.
failure-malformed-next = Go back, check what you entered and send it again.
failure-refused-title = A rule of the record refuses this
failure-refused-what = It was understood, and it cannot be recorded as it is.
failure-refused-next = Go back and change what the message names.
failure-conflict-title = Somebody was faster
failure-conflict-what = What you worked on has changed since you opened it.
failure-conflict-next = Open it again, compare both versions and decide on the new one.
failure-too-large-title = This is too large
failure-too-large-what = More was sent than can be taken at once.
failure-too-large-next = Send less, or send a smaller file.
failure-wrong-method-title = This address cannot be used in this way
failure-wrong-method-what = It does not take this kind of request.
failure-wrong-method-next = Use the links and buttons of the pages.
failure-not-ready-title = This does not answer at the moment
failure-not-ready-what = A part of the system that is needed here is starting, or cannot be reached.
failure-not-ready-next = Wait a minute and load the page again.
failure-unknown-outcome-title = We do not know yet whether this was recorded
failure-unknown-outcome-what = It was sent on, and no receipt came back in time.
failure-unknown-outcome-next = Look at the list of your updates in a minute, or send it again.
failure-internal-title = Something went wrong on our side
failure-internal-what = It is not your fault, and it was written down for the people who look after the system.
failure-internal-next = Try once more; if it happens again, tell them the error id.

## office

office-overview-title = Women, Peace and Security across the three pillars
office-lead = { $share } of activities serve Women, Peace and Security ({ $part } of { $whole }).
office-lead-lowest = { $pillar } holds the total back.
office-lead-empty = Nothing is recorded for these quarters yet. Figures appear with the first activity.
office-print = Print the brief
office-data = Download data
office-glance = At a glance
office-changed = What changed
office-changed-from-to = { $from } → { $to }
office-changed-first = Nothing was on record before this month, so there is nothing to compare with.
office-changed-same = The share stands where it stood when the month began.
office-changed-moved = The share of activities that serve Women, Peace and Security, since the month began.
office-changed-link = { $count ->
    [one] One event about activities since then
   *[other] { $count } events about activities since then
}
office-behind = Where we are behind
office-behind-of = of { $count } theme and pillar cells are empty
office-behind-none = Every pillar has at least one activity on every theme.
office-behind-names = Nothing on record for { $names }.
office-behind-link = See themes by pillar
office-due = What is due
office-due-quarter = { $days ->
    [0] The quarter ends today.
    [one] The quarter ends tomorrow, { $date }.
   *[other] The quarter ends on { $date }, in { $days } days.
}
office-due-received = { $count ->
    [one] one activity
   *[other] { $count } activities
}
office-due-nothing = nothing yet
office-asof-nothing = Nothing was recorded by then.
office-asof-frozen = { $date }, event { $position }
office-asof-latest = { $date }, event { $position }, the latest
office-wps-title = { $share } of activities serve Women, Peace and Security
office-wps-sub = Activities that serve a WPS item in force on their date, { $from } to { $to }.
office-wps-note = { $share } of these activities are validated ({ $part } of { $whole }); the others are provisional. { $undated ->
    [0] All have a date.
    [one] One more has no known date and is in no quarter.
   *[other] { $undated } more have no known date and are in no quarter.
}
office-women-title = Women are { $share } of attendances
office-women-sub = Attendances with known sex, not people, { $from } to { $to }. The aim is the one that the second NAP 1325 sets for decision-making.
office-women-target = aim { $share }
office-women-note = { $missing ->
    [0] Every activity gives its attendances by sex.
    [one] One activity gives no breakdown by sex and is left out.
   *[other] { $missing } activities give no breakdown by sex and are left out.
}
office-earlier = { $share } when the month began
office-of = { $part } of { $whole }
office-above = { $points } above
office-below = { $points } below
office-no-figure = no figure
office-coverage-title = { $gaps ->
    [0] Every theme has activities in every pillar
    [one] One theme has no activity in a pillar
   *[other] { $gaps } gaps between themes and pillars
}
office-coverage-sub = Activities by WPS theme. Darker means more.
office-coverage-caption = Activities by WPS theme and pillar
office-coverage-note = An activity that serves two themes counts in both, so columns do not add up to activities.
office-none-yet = none yet
office-all = All
office-trend-title = Quarter by quarter
office-trend-sub = Share of activities that serve Women, Peace and Security, by quarter.
office-trend-last = { $quarter } so far
office-as-table = Show as a table
office-pillar = Pillar
office-latest = Latest events behind these figures
office-latest-none = No activity has been recorded yet.
office-history = Open the full history
office-activities-title = Activities
office-activities-all = Show all activities
office-activities-none = No activity matches. An empty list behind a zero is the answer, not an error.
office-csv = Download as a spreadsheet (CSV)
office-all-pillars = all pillars
office-list-all = { $count ->
    [one] One activity, { $pillar }.
   *[other] { $count } activities, { $pillar }.
}
office-list-wps = { $share } of activities serve Women, Peace and Security: { $count } of { $whole }, { $pillar }.
office-list-theme = { $count ->
    [one] One activity serves { $theme }, { $pillar }.
   *[other] { $count } activities serve { $theme }, { $pillar }.
}
office-list-women = Women are { $share } of attendances: { $women } of { $attendances }, in the { $count } of { $whole } activities that give a breakdown by sex, { $pillar }.
office-list-period = { $from } to { $to }.
office-activity = Activity
office-when = When
office-where = Where
office-serves = Serves
office-serves-wps = WPS as a whole
office-women-of = Women of attendances
office-of-women = { $women } of { $all }
office-not-stated = not stated
office-state = State
office-date-unknown = date not known
office-days = { $from } to { $to }
office-activity-facts = What is on record
office-sources = Sources
office-alternates = What other sources say
office-participation = Attendances
office-participation-none = No attendances are recorded.
office-attendances = Attendances
office-attendances-note = Counts are attendances, not people. What a source does not state is left open.
office-total = Total as stated
office-role = Part
office-sex = Sex
office-age = Age
office-activity-events = Events behind this activity
office-recorded = Recorded on { $recorded }; said to have happened or been noted on { $happened }.
office-withdrawn = Withdrawn: { $reason }
office-returned = Returned: { $reason }
office-member-state = Member state
office-regional = ASEAN as a whole
office-bodies = Bodies
office-partners = Partners
office-frameworks = Framework items
office-frameworks-stated = Frameworks as the source states them
office-unconfirmed = unconfirmed
office-marker = Gender marker
office-marker-unscreened = not screened
office-confidence = Confidence
office-in-figures = In the figures
office-yes = yes
office-no = no
office-blank = (left blank)
office-not-a-position = “{ $text }” is not a position. A position is a whole number from 0.
office-not-a-day = “{ $text }” is not a day. Write it as 24/11/2026.
office-future = The record has no event { $asked } yet. Its last is event { $latest }.
office-before-everything = a day before anything was recorded
office-not-ready = The figures are being made for the first time.
office-away = The database cannot be reached.

## correspondent

correspondent-list-title = { $pillar }: my updates
correspondent-list-lead = { $count ->
    [one] One activity
   *[other] { $count } activities
}{ $waiting ->
    [0] , all of it recorded.
    [one] ; one still on its way.
   *[other] ; { $waiting } still on their way.
}
correspondent-list-find = Find in titles and references
correspondent-list-find-go = Find
correspondent-list-found = { $found ->
    [0] None of your { $count } activities has “{ $find }” in its title or reference.
    [one] One of your { $count } activities has “{ $find }” in its title or reference.
   *[other] { $found } of your { $count } activities have “{ $find }” in their title or reference.
}
correspondent-list-empty = Nothing has been reported yet. Begin with “New update”.
correspondent-new = New update
correspondent-recorded-events = { $count ->
    [one] one event recorded
   *[other] { $count } events recorded
}
correspondent-form-title = New update
correspondent-form-lead = Report an activity. A title and a kind are enough; leave open what you do not know.
correspondent-form-more = More: how, who, frameworks, gender marker
correspondent-form-save = Save and submit
correspondent-form-states = Saved means kept here; received means handed over; recorded means in the record for good, with a receipt.
correspondent-choose = – choose –
correspondent-title-missing = Write a title
correspondent-kind-missing = Choose what kind of activity it was
correspondent-wrong-choice = Choose one from the list
correspondent-wrong-date = Write the day as 24/11/2026, or the month as 11/2026
correspondent-wrong-number = Write a whole number, or leave it empty
correspondent-wrong-item = There is no framework item with this code
correspondent-marker-reason-missing = Write why this marker was chosen
correspondent-total-too-small = The total is smaller than women, men and others together
correspondent-id-reused = This update was already sent with other content. Nothing was changed. Open your list to see what was sent, and begin a new update to say something else.
correspondent-stream-held = An earlier update of this activity was refused. Decide about that one first.
correspondent-reference = Reference
correspondent-activity = Activity
correspondent-receipt = Receipt
correspondent-what = What
correspondent-state = State
correspondent-position = Event
correspondent-recorded-at = Recorded
correspondent-leaf = Leaf hash
correspondent-next = Figures take it in within a moment of being recorded. The leaf hash is the fingerprint by which anybody can later show that this entry was not changed.
correspondent-back = Back to my updates
correspondent-history = History
correspondent-recorded-on = Recorded on { $time }
correspondent-revise-title = Revise this activity
correspondent-correct-title = Correct this activity
correspondent-revise-lead = What you change is recorded as a new revision and submitted again; what was recorded before stays visible.
correspondent-counts-finer = Some counts on record are not exact, which this form cannot show. Leave the counts empty to keep them.
correspondent-changed-since = Somebody changed this activity since you opened the form. Beside each field that differs stands what is on record now; what you send next is your choice.
correspondent-now-on-record = On record now: “{ $value }”
correspondent-submit = Submit to the General Directorate
correspondent-submit-words = The revision shown here is what the Directorate reads.
correspondent-submit-button = Submit
correspondent-withdraw = Withdraw
correspondent-withdraw-words = It leaves every figure, and stays readable with your reason.
correspondent-withdraw-button = Withdraw
correspondent-reason = Reason
correspondent-stopped = An update was not taken
correspondent-stopped-words = Numbered lines above are what the record has; lines without a number are what you said and the record did not take, with the reason. What waits behind them is held. Read both, set yours aside, and then say anew what still holds.
correspondent-stopped-button = Set mine aside and decide anew

item-saved = Saved
item-received = Received
item-recorded = Recorded
item-refused = Refused
item-quarantined = Set aside
item-held = Held
item-abandoned = Replaced

update-saved-title = Saved
update-saved = It is kept here and will be handed over as soon as the network allows. You can close this page.
update-received-title = Received
update-received = It was handed over and waits to be recorded.
update-recorded-title = Recorded
update-recorded = It stands in the record. This page is your receipt.
update-refused-title = Refused
update-refused = A rule refused it. Nothing of it counts; read the reason and decide again.
update-quarantined-title = Set aside
update-quarantined = It could not be taken. It is kept with the reason; read it and decide again.
update-held-title = Held
update-held = An earlier update of the same activity was refused. This one waits for your decision.
update-abandoned-title = Replaced
update-abandoned = Something else was said instead.

field-title = Title
field-language = Language of the title and summary
field-kind = Kind of activity
field-occurrence = Did it take place?
field-starts = First day
field-starts-hint = 24/11/2026, or 11/2026 where only the month is known
field-ends = Last day
field-ends-hint = Leave empty where it is not known
field-summary = What it was about
field-place = Building or room
field-city = City
field-country = Country
field-themes = What it serves: Women, Peace and Security
field-themes-hint = Choose all that apply, or none
field-women = Women
field-women-hint = Attendances, not people
field-men = Men
field-others = Other or undisclosed
field-total = Total, as stated
field-total-hint = Only if a total was given
field-mode = How people met
field-member_state = Member state
field-body = ASEAN body
field-partners = Partners
field-partners-hint = Separate several with ;
field-items = Other framework items
field-items-hint = Choose from the list or write a code, one in each line; what the pillar uses most comes first
field-marker = Gender marker
field-marker_reason = Why this marker
field-source = Where this is known from
field-source-hint = An address; separate several with ;
field-reason = Reason for the correction
field-reason-hint = Required: it was validated, and stays visible as it was

language-en = English
language-pt = Português
language-tet = Tetun
language-id = Bahasa Indonesia

correspondent-draft = Draft
correspondent-draft-save = Save as a draft
correspondent-draft-saved = Saved as a draft { $time }
correspondent-draft-kept = Saved { $time }
correspondent-draft-continue = Continue
correspondent-draft-discard = Discard
correspondent-draft-untitled = Without a title
correspondent-drafts-full = You have { $count } drafts, which is as many as are kept. Discard one in your list, then save this one.

correspondent-id-reused-choose = This update was already sent with other content. Beside each field that differs stands what was sent before; it is not changed. If what you have here is something new, send it as a new update.
correspondent-sent-before = Sent before: “{ $value }”
correspondent-see-sent-before = See what was sent before
correspondent-send-as-new = Send as a new update

offline-saved-copy = Saved copy from { $time }. You are offline.
offline-title = Updates on this phone
offline-waiting = Saved on this phone
offline-sending = Sending
offline-recorded = Recorded
offline-attention = Needs your attention
offline-away = No connection. It is sent when you are back here with a connection.
offline-unknown = We do not know yet whether this was recorded. It is safe to send it again, and this is done by itself.
offline-sign-in = Sign in to send what waits here. Nothing is lost.
offline-stopped = It was not taken into the record. The receipt says why.
offline-mend = Open and mend
offline-sure = Discard this update? It was not recorded, and what you wrote is lost.
offline-send-now = Send now
offline-copy = Download a copy
offline-unsafe = This browser may clear what waits here when the phone runs out of space. Send it soon, or download a copy.
offline-kept = Kept on this phone { $time }
offline-kept-title = We kept what you typed:

## audit

audit-title = History
audit-lead = { $count ->
    [one] One entry stands in the record, newest first.
   *[other] { $count } entries stand in the record, newest first.
}
audit-pillar = Pillar
audit-show = Show
audit-kind = Kind of entry
audit-kind-all = All kinds
audit-on = Recorded until
audit-not-a-day = "{ $text }" is not a day. Write day, month, year: 23/11/2026.
audit-diff-title = What changed
audit-diff-lead = Between positions { $from } and { $to }, { $entries ->
    [one] one entry was recorded
   *[other] { $entries } entries were recorded
} and { $figures ->
    [one] one figure changed
   *[other] { $figures } figures changed
}.
audit-diff-hint = Positions, or days in Dili: 23/11/2026 stands for its end.
audit-diff-from = From
audit-diff-to = To
audit-diff-compare = Compare
audit-diff-same = No figure changed between these.
audit-diff-figure = Figure
audit-diff-was = Was
audit-diff-is = Is
audit-diff-change = Change
audit-diff-because = Entries that moved it
audit-diff-others = and { $count } more
audit-diff-recorded = What was recorded between
audit-diff-timeline = See these entries
audit-diff-note = Figures are sums over all dates of activities, by pillar; attendances are not people.
audit-diff-neither = "{ $text }" is neither a position nor a day. Write a number, or day, month, year: 23/11/2026.
audit-diff-future = The record shows no position { $asked } yet; the last one shown is { $latest }.
audit-as-of = See the overview as it stood then
audit-subject = See the activity as it stood then
audit-none = Nothing was recorded here.
audit-newer = Newer
audit-older = Older
audit-moved = What it changed in the figures
audit-verify-title = Verify the record
audit-verify-lead = Every entry is read and hashed again, every signature checked, and the tree compared with what was signed. That you had it verified is itself recorded.
audit-verify-now = Verify now
audit-verify-never = Nobody has had the record verified here since it was started.
audit-verify-runs = The record is being verified. This page follows it.
audit-verify-whole = { $entries ->
    [one] The record is whole: its one entry is what was signed and recorded.
   *[other] The record is whole: all { $entries } entries are what was signed and recorded.
}
audit-verify-altered = The record was altered, first at position { $position }. Stop the recorder, keep the database as it is, and compare with the newest backup and the witness.
audit-verify-unread = The record could not be read, so nothing is known. Try again, and have the database looked at if it happens again.
audit-verify-is-whole = Whole
audit-verify-is-altered = Altered
audit-verify-is-unread = Not known
audit-verify-began = Begun
audit-verify-ended = Ended
audit-verify-entries = Entries
audit-verify-streams = Streams, each without gaps
audit-verify-keys = Keys that signed
audit-verify-checkpoints = Checkpoints that fit
audit-verify-signed = Entries in the newest checkpoint
audit-verify-witnessed = Entries that witnesses cosigned
audit-verify-no-pillar = Of no pillar
audit-verify-gap = Numbers of a key that are not recorded
audit-verify-root = Root of the tree
audit-bundle = Evidence to take away
audit-bundle-words = Entries with their proofs, the checkpoint, the policy, the formats and a second verifier in one file, with a page that says how to check it without us. That you took it is itself recorded.
audit-bundle-get = Download the bundle
audit-bundle-hint = Positions, at most 1,000 at once. The whole record is handed out as files, below.
audit-bundle-wrong = "{ $text }" is no position. Write a number.
audit-bundle-too-many = Give two positions, the first not after the last, with at most { $most } entries between.
audit-without-us = On a machine of your own
audit-without-us-words = What is verified here is verified by who keeps the record. To trust nobody, copy it as files and verify those, with the log’s key from a witness.
audit-previous = Previous event
audit-next = Next event
audit-when = Recorded on { $recorded }; noted on { $happened }.
audit-attested-server = signed by a server
audit-event-title = Event { $position }: { $what }
audit-verdict = Checked now
audit-verdict-good = The stored bytes give the leaf hash below, and the key that the registry names signed exactly them.
audit-verdict-signature = The leaf hash is right, but no key that the registry names for it signed these bytes.
audit-verdict-leaf = The stored bytes do not give the stored leaf hash: this entry was altered.
audit-position = Position
audit-recorded-at = Recorded
audit-happened-at = Noted by the publisher
audit-event-id = Event
audit-stream = Stream and version
audit-leaf = Leaf hash
audit-signature = Signature (Ed25519)
audit-key = Key and its sequence
audit-actor = Account
audit-receipt = Receipt
audit-receipt-words = The entry, its place in the record and the log's signature in one file. Anybody can check it with “tais verify receipt”, without us and without a network.
audit-receipt-get = Download the receipt
audit-receipt-not-yet = The receipt is ready within a minute, once the log has signed its next checkpoint.
audit-bytes = What was signed
audit-bytes-words = Indented for reading; the evidence is the exact bytes as they are stored.

## domain

stream-activity = activities
stream-commitment = commitments
stream-indicator = indicators
stream-forum = Forum
stream-obligation = reports due
stream-report = quarterly reports
stream-refusal = refusals
stream-security = security
stream-registry = registry
measure-activities = Activities
measure-validated = Activities that are validated
measure-wps-activities = Activities that serve WPS
measure-coverage = Activities for
measure-body-activities = Activities of
measure-attendances = Attendances
measure-sex-stated = Activities with a breakdown by sex
measure-sex-missing = Activities without a breakdown by sex
measure-marker-screened = Activities screened for the gender marker
measure-marker-focused = Activities marked 1 or 2
pillar-apsc = Political-Security
pillar-aec = Economic
pillar-ascc = Socio-Cultural

publisher-apsc = APSC correspondent
publisher-aec = AEC correspondent
publisher-ascc = ASCC correspondent
publisher-office = Office for ASEAN Affairs
publisher-audit = Auditors
publisher-log = The log itself

state-reported = Reported
state-submitted = Submitted
state-returned = Returned
state-validated = Validated
state-acknowledged = Acknowledged
state-withdrawn = Withdrawn

kind-meeting = Meeting
kind-training = Training
kind-workshop = Workshop
kind-forum-session = Forum session
kind-negotiation = Negotiation
kind-policy-adoption = Policy adoption
kind-ratification = Ratification
kind-mission = Mission
kind-mentoring = Mentoring
kind-reporting = Reporting
kind-campaign = Campaign or launch

occurrence-planned = Planned
occurrence-held = It took place

mode-in-person = In one place
mode-online = Online
mode-hybrid = Both

marker-0 = 0: gender equality is not targeted
marker-1 = 1: a significant objective
marker-2 = 2: the principal objective

confidence-stated = stated by the source
confidence-partly-inferred = partly taken from context

qualifier-at-least = at least { $number }
qualifier-about = about { $number }

participant-participant = Participant
participant-speaker = Speaker
participant-facilitator = Facilitator
participant-head-of-delegation = Head of delegation
participant-decision-maker = Decision-maker

sex-female = Female
sex-male = Male
sex-other = Other or undisclosed

age-under-30 = Under 30
age-30-59 = 30 to 59
age-60-plus = 60 and over
age-unknown = Not known

event-unknown = An event this software does not know
event-activity-reported = Reported
event-activity-revised = Revised
event-activity-participation-recorded = Attendances recorded
event-activity-document-attached = Document attached
event-activity-outcome-recorded = Outcome recorded
event-activity-submitted = Submitted
event-activity-returned = Returned
event-activity-validated = Validated
event-activity-acknowledged = Acknowledged
event-activity-withdrawn = Withdrawn
event-commitment-made = Commitment: made
event-commitment-progressed = Commitment: progressed
event-commitment-fulfilled = Commitment: fulfilled
event-commitment-extended = Commitment: extended
event-commitment-lapsed = Commitment: lapsed
event-indicator-defined = Indicator: defined
event-indicator-baseline-set = Indicator: baseline set
event-indicator-target-set = Indicator: target set
event-indicator-measured = Indicator: measured
event-indicator-corrected = Indicator: corrected
event-forum-session-held = Forum: session held
event-forum-member-joined = Forum: member joined
event-forum-mentorship-started = Forum: mentorship started
event-forum-mentorship-completed = Forum: mentorship completed
event-forum-erasure-asked = Forum: erasure asked for
event-forum-person-erased = Forum: person erased
event-obligation-scheduled = Obligation: scheduled
event-obligation-met = Obligation: met
event-obligation-missed = Obligation: missed
event-report-prepared = Report: prepared
event-report-sealed = Report: sealed
event-report-presented = Report: presented
event-report-restated = Report: restated
event-refusal-refused = Refusal: refused
event-security-signed-in = Security: signed in
event-security-sign-in-failed = Security: sign in failed
event-security-denied = Security: denied
event-security-identity-tied = Security: signs in at the identity provider
event-security-identity-untied = Security: no longer signs in at the identity provider
event-security-exported = Security: exported
event-security-verified = Security: verified
event-registry-genesis = Registry: genesis
event-registry-item-adopted = Registry: item adopted
event-registry-item-confirmed = Registry: item confirmed
event-registry-item-superseded = Registry: item superseded
event-registry-item-retired = Registry: item retired
event-registry-key-registered = Registry: key registered
event-registry-key-rotated = Registry: key rotated
event-registry-key-revoked = Registry: key revoked
event-registry-role-granted = Registry: role granted
event-registry-role-revoked = Registry: role revoked

refusal-not-allowed = This may not be said here, or not in your role.
refusal-wrong-pillar = This belongs to another pillar.
refusal-already-begun = This id is already in use. Start a new one.
refusal-not-begun = Nothing was reported under this id yet.
refusal-version-conflict = Somebody was faster. Read what changed and decide again.
refusal-builds-on-refused = It builds on what was sent with it and was refused. Decide again on what stands.
refusal-closed = It is closed. Nothing can follow.
refusal-title-missing = Write a title in at least one language.
refusal-reason-missing = Give a reason.
refusal-unknown-code = The reference data does not have this code. Choose one from the list.
refusal-ends-before-starts = The last day lies before the first.
refusal-tagged-exceeds-budget = The part tagged to gender equality exceeds the budget.
refusal-nothing-counted = Give a count, a total or a stated figure.
refusal-cell-twice = The same part, sex and age band is given twice.
refusal-cells-exceed-total = The counts add up to more than the total.
refusal-not-sha256 = A document is known by its SHA-256: 64 hexadecimal digits.
refusal-revision-changed = Another revision stands now. Read it again.
refusal-already-submitted = This revision is already submitted.
refusal-not-submitted = It is not submitted, so it cannot be returned or validated.
refusal-not-validated = It is not validated, so it cannot be acknowledged.
refusal-own-submission = Nobody validates their own submission. Another person must.
refusal-correction-unnamed = A correction names the validation that it corrects.
refusal-not-later = The new due date must be later than the present one.
refusal-second-person-missing = Keys and roles change only with a second person’s approval.
refusal-key-mismatch = The key’s id does not follow from the key, or the key is already registered.
refusal-key-invalid = The key is unknown or no longer valid.
refusal-log-key-only-rotates = The log’s own key is neither joined by another nor revoked: it is rotated.
refusal-key-not-held = The recorder does not hold the log’s next key: put its file where the recorder runs first.
refusal-pillar-of-role = A correspondent has exactly one pillar; no other role has any.
refusal-missing = Fill this in.
refusal-not-a-figure = Write a number such as 36.9, or a part and a whole that is not smaller.
refusal-nothing-to-correct = Nothing was said here under that id. Name what was wrong.
refusal-oversized = It is larger than 256 KiB. Attach documents by their hash instead.
refusal-too-deep = It is nested more deeply than is taken.
refusal-malformed = It is not an event that can be read.
refusal-unknown-type = Its type is not one of the contract.
refusal-future-version = It is of a newer version than this software knows.
refusal-wrong-shape = A field of it does not have the shape of its type.
refusal-contradiction = It contradicts itself.
refusal-wrong-subject = It came on a subject it does not belong to.
refusal-wrong-key = It names another key than the one that signed it.
refusal-no-signature = It carries no signature.
refusal-bad-signature = No valid key signed it: it was altered, or the key is not registered.
refusal-id-reused = Its id was already used for something else.
refusal-key-sequence-reused = Another event already has its place in the key’s sequence.

role-correspondent = correspondent
role-director = General Directorate
role-office = Vice Minister’s office
role-auditor = auditor
role-administrator = administrator

# The desk: what the Directorate and the office decide.
desk-title = Waiting for you
desk-lead = { $count ->
    [0] Nothing waits for your decision.
    [one] One activity waits for your decision, the longest waiting first.
   *[other] { $count } activities wait for your decision, the longest waiting first.
}
desk-nothing = When a correspondent submits an activity, it appears here.
desk-to-validate = Validate or return
desk-to-acknowledge = Acknowledge
desk-open = Decided, without a receipt yet
desk-on-its-way = An earlier decision about this activity is on its way. Wait for its receipt.
desk-held = An earlier decision about this activity was not recorded. Read why on its page first.
desk-stopped = This decision was not recorded. Close it, read the activity as it stands now, and decide again.
desk-stopped-button = I have read it
desk-validate = Validate
desk-validate-words = You confirm the content as you read it here. It then counts as validated in every figure.
desk-note = Note (optional)
desk-validate-button = Validate
desk-acknowledge = Acknowledge
desk-acknowledge-words = The Vice Minister has taken note of the validated content.
desk-acknowledge-button = Acknowledge
desk-return = Return
desk-return-words = The correspondent reads the reason and submits again. The author stays the author.
desk-return-button = Return with this reason

# The import of spreadsheets: names of columns, what is wrong with a file or a row, and its pages.
column-reference = Reference
column-pillar = Pillar
column-title = Title
column-kind = Kind of activity
column-occurrence = Planned or held
column-starts = First day
column-ends = Last day
column-summary = Summary
column-place = Building or room
column-city = City
column-country = Country
column-member-state = Member state
column-mode = How people met
column-bodies = ASEAN bodies
column-partners = Partners
column-themes = WPS themes
column-frameworks = Framework items
column-marker = Gender marker
column-marker-reason = Why this marker
column-women = Women
column-men = Men
column-others = Other or undisclosed
column-total = Total
column-budget = Budget in US dollars
column-budget-stated = Budget in another currency, in words
column-source = Source
column-confidence = Confidence

file-empty = There is no row in it below a header.
file-too-large = It is larger than { $max } MiB. Split it into several files.
file-too-much-text = Its activities have more than { $max } MiB of text. Split it into several files.
file-kind = Files of this kind ({ $what }) are not read. Save it as .xlsx or as CSV.
file-encoding = Its letters cannot be told apart. Save it as “CSV UTF-8” or as .xlsx.
file-too-many-rows = It has more than { $max } rows. Split it into several files.
file-too-many-columns = It has more than { $max } columns. Take out those that are not needed.
file-too-many-parts = The workbook has more than { $max } parts. Copy the sheet into a new workbook.
file-inflated = The workbook unpacks to more than { $max } MiB. Copy only the rows that are needed into a new workbook.
file-ratio = The workbook unpacks to more than { $max } times its size, as files made to do harm do. Copy the rows into a new workbook.
file-too-many-texts = The workbook announces more than { $max } texts. Copy the rows into a new workbook.
file-part-name = A part of the workbook has a name that is not allowed: { $name }
file-entities = It declares a document type or entities ({ $name }), which are not taken.
file-too-deep = Its elements are nested more than { $max } deep.
file-too-long = A text in line { $line } is longer than { $max } characters.
file-iati-version = IATI version { $version } is not read; 2.01 to 2.03 and 1.01 to 1.05 are.
file-not-iati = This XML is not a file of IATI activities.
file-header-formula = The header holds a formula, in row { $row }, column { $column }. Put the name itself there.
file-broken = The file is damaged: { $why }

problem-missing = This cell is empty, and without it the row cannot be taken.
problem-formula = This is a formula. Put its value in its place.
problem-fault = The spreadsheet has an error here: { $value }
problem-too-long = This is longer than { $max } characters.
problem-row-too-long = The row holds more than { $max } bytes of text.
problem-too-many-cells = The row has more cells than the header has names.
problem-twice = The same reference stands in line { $line }.
problem-unknown-pillar = “{ $value }” is none of APSC, AEC, ASCC.
problem-other-pillar = This row belongs to { $pillar }. Its own correspondent imports it.
problem-unknown-kind = “{ $value }” is no known kind of activity.
problem-unknown-state = “{ $value }” is no member state of ASEAN.
problem-unknown-word = “{ $value }” is not a word that is known here.
problem-wrong-date = “{ $value }” is not a day. Write 24/11/2026, or 11/2026 where only the month is known.
problem-wrong-number = “{ $value }” is not a whole number.
problem-wrong-amount = “{ $value }” is not an amount in US dollars. Write 1234.50, or leave the column out.
problem-wrong-marker = “{ $value }” is no gender marker. It is 0, 1 or 2.
problem-marker-reason-missing = A gender marker needs its reason.
problem-marker-missing = A reason is given, and no gender marker.
problem-held = An earlier update of this activity was refused. Decide about that one first.
problem-finer-counts = The record counts this in more detail than one number. Change it by the programming interface, or leave this cell empty.

import-title = Import a spreadsheet
import-lead = Many activities at once, from a spreadsheet or an IATI file. You see what would change before anything is saved.
import-file = File
import-file-hint = .xlsx or CSV up to { $max } MiB, IATI XML up to { $xml } MiB
import-file-missing = Choose a file
import-file-unread = “{ $name }” was not read. { $why }
import-read = Read the file
import-template = Download an empty sheet (CSV)
import-rules = Each row needs a reference, by which it is known again, and a title. An empty cell changes nothing. Formulas are not read. A file that you do not import is deleted after a day.
import-full = Too many files wait at the moment. Finish one of yours, or try again tomorrow.
import-check-title = Check before importing
import-check-lead = { $name } ({ $sheet }), { $count ->
    [one] one row
   *[other] { $count } rows
}. Nothing is saved yet.
import-missing = No column was found for: { $fields }. Say below which column it is; the kind can also be chosen for all rows.
import-count-new = New: { $count }
import-count-changed = Changed: { $count }
import-count-unchanged = Unchanged: { $count }
import-count-wrong = With errors: { $count }
import-wrong-heading = { $count ->
    [one] One row cannot be taken
   *[other] { $count } rows cannot be taken
}
import-wrong-words = Mend them in the file and import it again. The other rows can be imported now: a row is never counted twice.
import-heading-new = { $count ->
    [one] One new activity
   *[other] { $count } new activities
}
import-heading-changed = { $count ->
    [one] One activity changes
   *[other] { $count } activities change
}
import-more = And { $count } more that are not shown here
import-row = Row { $line }
import-column = Column { $letters }, { $name }:
import-nothing = nothing
import-corrects = This was validated. The change is a correction, which needs a reason.
import-reason = Reason for the corrections
import-reason-hint = Stands with every correction of this import
import-reason-missing = Write the reason for the corrections
import-choose-some = Choose at least one row
import-commit = Import the chosen rows
import-another = Import another file
import-columns = Columns: what each of them says
import-columns-words = Your choice is remembered for the next file with the same header.
import-language = Language of titles and summaries
import-kind = Kind of activity, where a row names none
import-no-column = – not in the file –
import-check-again = Check again
import-working-title = Importing
import-done-title = Imported
import-interrupted-title = The import was interrupted
import-interrupted = What was saved is safe. The rows that wait can go on.
import-go-on = Go on
import-progress-lead = { $name }: { $count ->
    [one] one row chosen
   *[other] { $count } rows chosen
}
import-look-again = Some rows changed on record after you looked, or can no longer be taken. Look again and choose anew:
import-fate-waiting = Waiting
import-fate-unchanged = Nothing to change
import-fate-stale = Changed meanwhile
import-fate-wrong = Not taken
file-too-many-cells = It has more than { $max } cells. Split it into several files.

## Signing in, the password, and steps that need it once more

sign-in-wait = { $minutes ->
    [one] Too many sign-ins failed under this name. Wait a minute and try again.
   *[other] Too many sign-ins failed under this name. Wait { $minutes } minutes and try again.
}
sign-in-to-send = You are not signed in any more. What you typed is kept: sign in, and send it from the next page.
send-again-title = Send what you typed
send-again-lead = You are signed in. What you typed before is still here. Nothing was saved yet.
send-again-stale = This page was opened in an earlier session, so nothing was saved. What you typed is still here.
send-again-now = Send it now
send-again-not = Do not send it
confirmation-title = Give your password once more
confirmation-lead = This step is yours by name in the record. What you typed is kept.
confirmation-go-on = Go on
password-title = Change your password
password-lead = Every other session of yours ends, on every device.
password-present = Present password
password-new = New password
password-hint = At least 12 characters. A few words that only you would put together are good.
password-again = New password, once more
password-change = Change the password
password-wrong = This is not your password.
password-differs = The two new passwords are not the same.
password-too-short = The new password is too short: it needs at least 12 characters.
password-too-long = The new password is too long: 256 characters are enough.
password-too-plain = The new password holds your name, or is one character over and over: choose another.
password-same = The new password is the one you have: choose another.
failure-too-many-attempts-title = Too many attempts
failure-too-many-attempts-what = Too many sign-ins failed under this name.
failure-too-many-attempts-next = Wait as long as the answer says, and try again. If it was not you, tell an administrator.
failure-password-change-needed-title = The first password must be changed
failure-password-change-needed-what = This account still has the password it was handed out with.
failure-password-change-needed-next = Sign in on the pages and change it.
failure-confirmation-needed-title = The password is needed once more
failure-confirmation-needed-what = This step is only taken by somebody who gave the password a short while ago.
failure-confirmation-needed-next = Give the password and go on.

## Accounts and roles

accounts-title = Accounts
accounts-lead = Who can sign in, and which role the record grants them. Two administrators grant a role: one asks, the other grants.
accounts-granted = Role granted
accounts-asked = Waits for a second administrator
accounts-not-granted = No role
accounts-on-its-way-chip = Being recorded
accounts-on-its-way = Another change of keys or roles is being recorded. Look again in a moment.
accounts-asked-by = Asked for by { $name }
accounts-asked-by-you = You asked for it: another administrator grants it.
accounts-nobody-asked = Nobody has asked for this role. One administrator asks, another grants.
accounts-change = Change
accounts-grant = Grant the role
accounts-grant-words = Both names stay in the record.
accounts-ask = Ask for the role again
accounts-reason = Why the role is taken back
accounts-revoke = Take the role back
accounts-reset = New first password
accounts-first-password = The first password of { $name }. It is shown this once: hand it over in person. It must be changed at the first sign-in.
accounts-make = New account
accounts-make-button = Make the account
accounts-name-hint = 2 to 40 lower-case letters, digits, dots or hyphens
accounts-wrong-name = This is no name for an account: use 2 to 40 lower-case letters, digits, dots or hyphens, a letter first.
accounts-name-taken = Somebody has this name already: choose another.
accounts-role = Role
accounts-pillar = Pillar
accounts-pillar-hint = For a correspondent, and for nobody else

# The participation grid
grid-title = By role, sex and age
grid-hint = Only if you know it. It adds up to the numbers above: leave those empty, or let them be the same.
grid-sums = The grid: women %, men %, other or undisclosed %
correspondent-grid-wrong = “{ $value }” is not a whole number: put digits into the grid, or leave the place empty
correspondent-grid-differs = You typed { $typed }, and the grid adds up to { $sum }. Put who is missing under “Not known”, or mend one of the two.
field-total_is = The total is
total-is-exact = exact
total-is-at-least = at least this many
total-is-about = about this many

# Commitments, indicators and obligations
nav-commitments = Commitments
nav-indicators = Indicators
nav-obligations = Obligations
record-title-commitment = Commitments
record-title-indicator = Indicators
record-title-obligation = Reports that are due
record-lead-commitment =
    { $count ->
        [0] No commitments yet
        [one] One commitment, { $open } open, { $late } overdue
       *[other] { $count } commitments, { $open } open, { $late } overdue
    }
record-lead-indicator =
    { $count ->
        [0] No indicators yet
        [one] One indicator
       *[other] { $count } indicators
    }
record-lead-obligation =
    { $count ->
        [0] Nothing is due yet
        [one] One report, { $open } still to be handed in, { $late } overdue
       *[other] { $count } reports, { $open } still to be handed in, { $late } overdue
    }
record-none-commitment = Nothing was promised yet, or nothing in this pillar.
record-none-indicator = No indicator was defined yet, or none in this pillar.
record-none-obligation = No report was scheduled yet, or none in this pillar.
record-all-pillars = All pillars
record-calendar = Add to a calendar (.ics)
record-save = Save
record-waits = It was saved and is on its way into the record. This page looks again by itself.
record-history = History
record-measurements = Measurements
record-was = was
record-all-ages = All ages
record-ratio = { $part } of { $whole } ({ $percent })
record-due = Due { $due }.
record-due-moved = Due { $due }; first it was due { $first }.
record-baseline = It started from { $value } ({ $when }).
record-target = The target is { $value } by { $by }.
record-latest = Now { $value } ({ $quarter }).
record-direction-rising = More is better
record-direction-falling = Less is better
record-state-open = Open
record-state-overdue = Overdue
record-state-fulfilled = Fulfilled
record-state-lapsed = Lapsed
record-state-met = Handed in
record-state-missed = Missed
record-state-moved = Moves as it should
record-state-not-moved = Does not move as it should
record-state-not-measured = Not measured yet
record-state-measured = Measured
record-act-commitment = New commitment
record-act-indicator = New indicator
record-act-obligation = New report that is due
record-act-progress = Note progress
record-act-fulfilment = Fulfilled
record-act-extension = Extend
record-act-lapse = Give up
record-act-measurement = Record a measurement
record-act-baseline = Set the baseline
record-act-target = Set the target
record-act-correction = Correct a value
record-act-miss = Missed
records-wrong-day = Write the day as 24/11/2026
field-record-text = What is promised
field-record-pillar = Pillar
field-record-due = Due
field-record-due-hint = The day, as 24/11/2026
field-record-origin = Where it comes from
field-record-origin-hint = A meeting, an instrument, a paragraph of concluding observations
field-record-owner = Who must keep it
field-record-owner-hint = Choose an organisation or write a name
field-record-frameworkItems = Framework items it serves
field-record-frameworkItems-hint = Codes, separated by ;
field-record-frameworkItem = Framework item
field-record-note = What was done
field-record-on = On
field-record-on-hint = The day, as 24/11/2026
field-record-evidence = What shows it
field-record-code = Code
field-record-code-hint = Short, and only once in the record
field-record-unit = Unit
field-record-unit-hint = As percent, people
field-record-direction = Which way it should go
field-record-value = Value
field-record-value-hint = A number as 36.9, or a part of a whole as 24/65
field-record-asOf = As of
field-record-asOf-hint = As the source has it: a year, a quarter, a day
field-record-by = By
field-record-by-hint = The day, as 24/11/2026
field-record-quarter = Quarter
field-record-corrects = What was wrong
field-record-disaggregation = The same by sex and age
field-record-recipient = To whom it goes
field-record-reference = Reference
field-record-reference-hint = Its number or address
field-record-title = Title
field-record-source = Source
field-record-source-hint = Who says so: a name or an address
field-record-reason = Reason
field-record-language = Language of the text

# More of the update's form
field-lead = Led by
field-lead-hint = Choose an organisation or write a name
field-counterparts = Counterparts: whose correspondents took part
field-municipality = Municipality
field-budget = Planned budget in US dollars
field-budget-hint = Digits only, such as 1234.50
correspondent-form-promised = A commitment made there
field-commitment = What is promised
field-commitment-hint = Further ones can be made from "What is due" on your list
field-commitment_due = Until when
field-commitment_due-hint = The day, as 24/11/2026
field-commitment_owner = Who must keep it
field-commitment_owner-hint = Choose an organisation or write a name
correspondent-wrong-amount = Write the amount in digits only, such as 1234.50

# The Forum

nav-forum = Forum
forum-title = Women in Leadership and Diplomacy Forum
forum-lead = { $sessions ->
    [one] One session
   *[other] { $sessions } sessions
}, { $members ->
    [one] one member
   *[other] { $members } members
}, { $lasting ->
    [one] one mentorship under way
   *[other] { $lasting } mentorships under way
}.
forum-sessions = Sessions
forum-members = Members
forum-mentorships = Mentorships
forum-no-sessions = No session was recorded yet.
forum-no-members = Nobody has joined yet.
forum-no-mentorships = No mentorship has begun yet. Enter the members first.
forum-names-hidden = Names and contacts are not in the record. The Directorate and the office see them.
forum-joined = Joined
forum-mentor-and-mentee = Mentor and mentee
forum-person = Person { $id }
forum-pair = { $mentor } mentors { $mentee }
forum-erased = Erased
forum-since = Since { $date }.
record-state-held = Held
record-state-member = Member
record-state-erasure-asked = To be erased
record-state-erased = Erased
record-state-lasting = Under way
record-state-completed = Completed
record-act-sessions = Record a session
record-act-members = Enter a member
record-act-mentorships = Begin a mentorship
record-act-completion = End the mentorship
record-act-erasure-request = Ask to erase name and contact
record-act-erasure = Confirm the erasure
record-erasure-hint = Name and contact go from the vault for good; the record keeps the number in their place. Whoever asked for it cannot confirm it.
field-record-kind = What it was
field-record-starts = First day
field-record-starts-hint = 24/11/2026, or 11/2026 where only the month is known
field-record-ends = Last day
field-record-ends-hint = Leave empty if it is the same
field-record-venue = City
field-record-counts = Attendances
field-record-person = Name
field-record-person-hint = Kept sealed in the vault; the record holds a number in its place
field-record-contact = Contact
field-record-contact-hint = An address or a telephone number; kept in the vault as well
field-record-mentor = Mentor
field-record-mentee = Mentee
field-record-outcome = What came of it
field-record-outcome-hint = Without names: this stands in the record for good
refusal-oneself = Nobody mentors themselves. Choose two people.
refusal-other-person = A membership is kept under its person’s own id.
refusal-erasure-not-asked = Nobody has asked for this erasure yet. One person asks, another confirms.
refusal-own-erasure = Whoever asked for an erasure cannot confirm it. Another person must.

# What is due in a pillar

record-due-title = What is due
record-due-none = Nothing is due in this pillar.

# Documents
documents-title = Documents
documents-none = No document is attached.
documents-file = A file
documents-hint = At most 20 MB. The record keeps its fingerprint (SHA-256), so that a change of the file is seen.
documents-attach = Attach
documents-missing = Choose a file first.

# Signing in at an identity provider
provider-sign-in = Sign in at { $host }
provider-or = Or with a name and password of these pages
provider-leaving-title = Sign in at { $host }
provider-leaving = You are led to { $host } and come back here afterwards. If nothing happens, go on yourself.
provider-go-on = Go on to { $host }
provider-unknown-way = This sign-in was begun more than ten minutes ago, or in another browser. Begin again.
provider-away = { $host } does not answer. What you typed is kept: try again in a moment, or sign in with a name and password.
provider-cancelled = The sign-in at { $host } was not finished. Try again when you are ready.
provider-untrusted = What { $host } sent could not be trusted, so nobody was signed in. Try again; if it happens once more, tell an administrator.
provider-stale = { $host } did not ask for your password again, and this step needs that. Try again; if it happens once more, tell an administrator.
provider-unknown-person = { $host } knows you, but no account here is yours. Give an administrator this identifier: { $subject }
provider-somebody-else = At { $host } somebody else is signed in, so this step was not confirmed. Sign in there as yourself. What you typed is kept.
accounts-identity = At { $host }: { $subject }
accounts-identity-field = Identifier at { $host }
accounts-identity-hint = Whoever signs in there under it is this account from then on. Take it from the person, not from a message.
accounts-identity-tie = This is the person
accounts-identity-untie = No longer the person at { $host }
accounts-identity-wrong = This is no identifier: it has 1 to 255 letters, digits and signs.
accounts-identity-taken = This identifier belongs to another account, or this account has another identifier. Take that away first.

## Keys

keys-title = Keys
keys-lead = Which key signs for whom, as the record says. Two administrators give the log its next key: one enters it, the other compares it and approves.
keys-in-force = In force
keys-ended = Ended
keys-since = Signs what comes after event { $from }
keys-until = Signed what came after event { $from }, up to event { $until }
keys-next = The log’s next key
keys-how = Run “tais keys rotate” where the recorder runs. It makes the next key and prints a line: enter that line here, and give it to the auditors and to whoever runs a witness. The key signs nothing until another administrator has approved it.
keys-line = Line of the next key
keys-line-hint = As “tais keys rotate” printed it, from the log’s name to the last sign
keys-ask = Ask for this key
keys-wrong-line = This is no line of a key: copy it whole, as “tais keys rotate” printed it.
keys-wrong-log = This is no key of this log: its line begins with { $origin }.
keys-known = The record knows this key already. “tais keys rotate” makes the next one.
keys-asked-by = { $name } asks for this key. Compare the line with the one that “tais keys” prints where the recorder runs: every sign counts. The present key ends with your approval.
keys-asked-by-you = You asked for this key. Another administrator compares the line and approves.
keys-approve = Approve the next key
keys-take-back = Take the request back
keys-on-its-way = A change is being recorded. Look again in a moment.
keys-changed-meanwhile = Another key was asked for meanwhile. Look at the page again, and compare the line that stands there now.
keys-nobody-asked = Nobody asks for a next key. One administrator enters it, another approves.
registry-refused = Not recorded: { $what }. { $reason }
registry-put-away = I have read this
