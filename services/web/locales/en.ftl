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
shell-sample-title = Sample data.
shell-sample = What you see here is invented to show how the record works.
shell-frozen = You are looking at the record as it stood on { $date } (event { $position }).
shell-frozen-latest = Go to the latest
shell-updated = Updated: event #{ $position }

nav-overview = Overview
nav-activities = Activities
nav-my-pillar = My pillar: { $pillar }
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

## correspondent

## audit

## domain

pillar-apsc = Political-Security
pillar-aec = Economic
pillar-ascc = Socio-Cultural

role-correspondent = correspondent
role-director = General Directorate
role-office = Vice Minister’s office
role-auditor = auditor
role-administrator = administrator
