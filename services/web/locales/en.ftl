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
shell-account = Account
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
