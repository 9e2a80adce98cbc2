# Tetun. Testu hotu-hotu husi pájina hotu-hotu, ho xave hanesan iha en.ftl. Testu sira-ne'e hakerek
# lahó ema ne'ebé koalia Tetun hanesan lian-inan: haree tet-review.md.

## shell

shell-name = Rejistu pilár ASEAN nian
shell-office = Gabinete ba Asuntu ASEAN · Timor-Leste
shell-skip = Bá kedas ba konteúdu
shell-language = Lian
shell-main-menu = Prinsipál
shell-signed-in-as = { $name }, { $role }
shell-sign-in = Tama
shell-sign-out = Sai
shell-unwitnessed-title = La iha testemuña.
shell-unwitnessed = Testemuña independente ida seidauk konfirma buat ne'ebé rejista dezde { $since }. To'o ida konfirma, ema ne'ebé rai rejistu de'it mak responde ba nia.
shell-sample-title = Dadus ezemplu.
shell-sample = Iha atividade loos sira-nia sorin, ho sira-nia fonte, rejistu ne'e iha mós sira ne'ebé inventa, atu hatudu oinsá nia servisu.
shell-frozen = Ita haree hela rejistu hanesan iha { $date } (eventu { $position }).
shell-frozen-latest = Bá ba ikus liu
shell-updated = Atualiza ona: eventu númeru { $position }

nav-overview = Vizaun jerál
nav-activities = Atividade
nav-my-pillar = Ha'u-nia pilár: { $pillar }
nav-desk = Atu deside
nav-history = Istória

footer-upto = Halo husi eventu 0 to'o { $position }.
footer-empty = Seidauk rejista buat ida.
footer-recorded = Rejista ikus: { $time }, oras Dili nian (UTC+9).
footer-root = Abut rejistu nian
footer-verify = Verifika pájina ne'e

sign-in-title = Tama
sign-in-name = Naran
sign-in-password = Liafuan-xave
sign-in-wrong = Naran ka liafuan-xave la loos.
sign-in-already = Ita tama ona hanesan { $who }.

error-summary = Favór hadi'a uluk ida-ne'e
error-title = Sala: { $title }

asof-label = Rejistu hanesan iha
asof-hint = Loron, fulan, tinan: 23/11/2026
asof-show = Hatudu
asof-strip = Eventu ne'ebé rejista semana-semana

## shell: failures

failure-home = Bá ba vizaun jerál
failure-id = Númeru sala nian, ba ema ne'ebé tau matan ba sistema:
failure-recorded-no = La rejista buat ida.
failure-recorded-unknown = Ami la hatene se rejista ona ka lae. Bele haruka fali, la iha risku: atualizasaun ida de'it nunka konta dala rua.
failure-roles = Ida-ne'e presiza knaar ida husi sira-ne'e: { $roles }.

failure-not-found-title = La iha buat ida iha enderesu ne'e
failure-not-found-what = Karik enderesu hakerek sala, ka nia hatudu buat ne'ebé rejistu ne'e la iha.
failure-not-found-next = Haree fali enderesu, ka buka iha lista atividade nian.
failure-sign-in-needed-title = Favór tama uluk
failure-sign-in-needed-what = Ema ne'ebé tama ona de'it mak bele haree ida-ne'e.
failure-sign-in-needed-next = Tama no husu fali.
failure-wrong-password-title = Naran ka liafuan-xave la loos
failure-wrong-password-what = Sira rua la tuir malu.
failure-wrong-password-next = Haree rua hotu no husu fali.
failure-forbidden-title = Ita-nia knaar la bele halo ida-ne'e
failure-forbidden-what = Ita tama ona, maibé buat ne'ebé ita husu ne'e ba ema seluk.
failure-forbidden-next = Husu ba Gabinete, se ita hanoin katak ita tenke iha.
failure-foreign-form-title = Formuláriu ne'e la mai husi ita-nia pájina rasik
failure-foreign-form-what = Karik pájina nakloke hela molok ita tama, ka sítiu seluk koko haruka formuláriu iha ita-nia naran.
failure-foreign-form-next = Fila fali, loke fali pájina no haruka dala ida tan.
failure-malformed-title = Ami la konsege lee pedidu ne'e
failure-malformed-what = Falta buat ruma, ka la hakerek hanesan tenke hakerek.
failure-malformed-next = Fila fali, haree buat ne'ebé ita hakerek no haruka fali.
failure-refused-title = Regra ida rejistu nian rekuza ida-ne'e
failure-refused-what = Ami komprende, maibé la bele rejista hanesan ne'e.
failure-refused-next = Fila fali no troka buat ne'ebé mensajen temi.
failure-conflict-title = Ema seluk lais liu
failure-conflict-what = Buat ne'ebé ita servisu hela ne'e troka ona hafoin ita loke.
failure-conflict-next = Loke fali, kompara versaun rua no deside ba ida foun.
failure-too-large-title = Ida-ne'e boot liu
failure-too-large-what = Haruka barak liu duké bele simu dala ida.
failure-too-large-next = Haruka oituan, ka fixeiru ida ki'ik liu.
failure-wrong-method-title = Enderesu ne'e la uza hanesan ne'e
failure-wrong-method-what = Nia la simu pedidu oin ne'e.
failure-wrong-method-next = Uza ligasaun no botaun sira pájina nian.
failure-not-ready-title = Agora seidauk hatán
failure-not-ready-what = Parte ida husi sistema ne'ebé presiza iha ne'e foin hahú, ka la bele to'o.
failure-not-ready-next = Hein minutu ida no loke fali pájina.
failure-unknown-outcome-title = Ami seidauk hatene se rejista ona ka lae
failure-unknown-outcome-what = Haruka tiha ona, maibé resibu seidauk mai iha tempu.
failure-unknown-outcome-next = Haree lista ita-nia atualizasaun nian iha minutu ida, ka haruka fali.
failure-internal-title = Iha sala ida iha ami-nia sorin
failure-internal-what = La'ós ita-nia sala, no hakerek ona ba ema ne'ebé tau matan ba sistema.
failure-internal-next = Koko dala ida tan; se mosu fali, fó hatene númeru sala nian.

## office

office-overview-title = Feto, Dame no Seguransa iha pilár tolu
office-lead = Atividade { $share } serve Feto, Dame no Seguransa ({ $part } husi { $whole }).
office-lead-lowest = { $pillar } mak hela iha kotuk liu.
office-lead-empty = Seidauk rejista buat ida ba trimestre sira-ne'e. Númeru sei mosu ho atividade dahuluk.
office-print = Imprime rezumu
office-data = Hasai dadus
office-glance = Haree lalais
office-changed = Saida mak troka
office-changed-from-to = { $from } → { $to }
office-changed-first = Molok fulan ne'e seidauk iha rejistu, nune'e la iha buat atu kompara.
office-changed-same = Pursentajen hanesan iha fulan nia hahú.
office-changed-moved = Pursentajen atividade ne'ebé serve Feto, Dame no Seguransa, hahú husi fulan nia hahú.
office-changed-link = { $count ->
   *[other] Eventu { $count } kona-ba atividade hahú husi ne'e
}
office-behind = Iha ne'ebé ita sei kotuk
office-behind-of = husi { $count } fatin tema no pilár nian mak mamuk
office-behind-none = Pilár ida-idak iha atividade ida ka liu iha tema ida-idak.
office-behind-names = La iha rejistu iha { $names }.
office-behind-link = Haree tema tuir pilár
office-due = Saida mak besik ona prazu
office-due-quarter = { $days ->
    [0] Trimestre remata ohin.
    [1] Trimestre remata aban, { $date }.
   *[other] Trimestre remata iha { $date }, loron { $days } tan.
}
office-due-received = { $count ->
   *[other] atividade { $count }
}
office-due-nothing = seidauk iha
office-asof-nothing = To'o loron ne'e seidauk rejista buat ida.
office-asof-frozen = { $date }, eventu { $position }
office-asof-latest = { $date }, eventu { $position }, ikus liu
office-wps-title = Atividade { $share } serve Feto, Dame no Seguransa
office-wps-sub = Atividade ne'ebé serve pontu ida FDS nian ne'ebé vale iha nia data, { $from } to'o { $to }.
office-wps-note = { $share } husi atividade sira-ne'e valida tiha ona ({ $part } husi { $whole }); sira seluk sei provizóriu. { $undated ->
    [0] Hotu-hotu iha data.
   *[other] { $undated } tan la iha data ne'ebé hatene no la tama trimestre ida.
}
office-women-title = Feto mak { $share } husi prezensa
office-women-sub = Prezensa ho seksu ne'ebé hatene, la'ós ema, { $from } to'o { $to }. Meta mak ida ne'ebé PAN 1325 daruak hatuur ba foti desizaun.
office-women-target = meta { $share }
office-women-note = { $missing ->
    [0] Atividade hotu-hotu fó prezensa tuir seksu.
   *[other] Atividade { $missing } la fó prezensa tuir seksu no la tama.
}
office-earlier = { $share } iha fulan nia hahú
office-of = { $part } husi { $whole }
office-above = { $points } iha leten
office-below = { $points } iha kraik
office-no-figure = la iha númeru
office-coverage-title = { $gaps ->
    [0] Tema hotu-hotu iha atividade iha pilár hotu-hotu
   *[other] Fatin mamuk { $gaps } entre tema no pilár
}
office-coverage-sub = Atividade tuir tema FDS. Nakukun liu katak barak liu.
office-coverage-caption = Atividade tuir tema FDS no pilár
office-coverage-note = Atividade ida ne'ebé serve tema rua konta iha rua hotu, nune'e koluna sira la soma ba atividade hotu.
office-none-yet = seidauk iha
office-all = Hotu
office-trend-title = Trimestre ba trimestre
office-trend-sub = Pursentajen atividade ne'ebé serve Feto, Dame no Seguransa, tuir trimestre.
office-trend-last = { $quarter } to'o agora
office-as-table = Hatudu hanesan tabela
office-pillar = Pilár
office-latest = Eventu ikus liu iha númeru sira-ne'e nia kotuk
office-latest-none = Seidauk rejista atividade ida.
office-history = Loke istória tomak
office-activities-title = Atividade
office-activities-all = Hatudu atividade hotu
office-activities-none = La iha atividade ne'ebé tuir. Lista mamuk iha zero nia kotuk mak resposta, la'ós sala.
office-csv = Hasai hanesan folla kálkulu (CSV)
office-all-pillars = pilár hotu
office-list-all = { $count ->
   *[other] Atividade { $count }, { $pillar }.
}
office-list-wps = Atividade { $share } serve Feto, Dame no Seguransa: { $count } husi { $whole }, { $pillar }.
office-list-theme = { $count ->
   *[other] Atividade { $count } serve { $theme }, { $pillar }.
}
office-list-women = Feto mak { $share } husi prezensa: { $women } husi { $attendances }, iha atividade { $count } husi { $whole } ne'ebé fó tuir seksu, { $pillar }.
office-list-period = { $from } to'o { $to }.
office-activity = Atividade
office-when = Bainhira
office-where = Iha ne'ebé
office-serves = Serve
office-serves-wps = FDS tomak
office-women-of = Feto husi prezensa
office-of-women = { $women } husi { $all }
office-not-stated = la temi
office-state = Estadu
office-date-unknown = data la hatene
office-days = { $from } to'o { $to }
office-activity-facts = Saida mak rejista
office-sources = Fonte
office-alternates = Fonte seluk hatete saida
office-participation = Prezensa
office-participation-none = La iha prezensa ne'ebé rejista.
office-attendances = Prezensa
office-attendances-note = Konta prezensa, la'ós ema. Buat ne'ebé fonte la temi husik mamuk.
office-total = Totál ne'ebé temi
office-role = Knaar
office-sex = Seksu
office-age = Idade
office-activity-events = Eventu iha atividade ne'e nia kotuk
office-recorded = Rejista iha { $recorded }; hatete katak akontese ka nota iha { $happened }.
office-withdrawn = Dada fila: { $reason }
office-returned = Haruka fila: { $reason }
office-member-state = Estadu-membru
office-regional = ASEAN tomak
office-bodies = Órgaun
office-partners = Parseiru
office-frameworks = Pontu kuadru referénsia nian
office-frameworks-stated = Kuadru referénsia hanesan fonte temi
office-unconfirmed = seidauk konfirma
office-marker = Markadór jéneru
office-marker-unscreened = seidauk avalia
office-confidence = Konfiansa
office-in-figures = Iha númeru laran
office-yes = sin
office-no = lae
office-blank = (mamuk)
office-not-a-position = “{ $text }” la'ós pozisaun. Pozisaun mak númeru tomak hahú husi 0.
office-not-a-day = “{ $text }” la'ós loron. Hakerek hanesan 24/11/2026.
office-future = Rejistu seidauk iha eventu { $asked }. Ikus liu mak eventu { $latest }.
office-before-everything = loron ida molok rejista buat ruma
office-not-ready = Númeru sira foin halo dala uluk.
office-away = La bele to'o ba baze-dadus.

## correspondent

correspondent-list-title = { $pillar }: ha'u-nia atualizasaun
correspondent-list-lead = { $count ->
   *[other] Atividade { $count }
}{ $waiting ->
    [0] , hotu-hotu rejista ona.
   *[other] ; { $waiting } sei la'o hela.
}
correspondent-list-find = Buka iha títulu no referénsia
correspondent-list-find-go = Buka
correspondent-list-found = { $found ->
    [0] La iha atividade ida husi ita-nia { $count } mak iha “{ $find }” iha títulu ka referénsia.
   *[other] Atividade { $found } husi ita-nia { $count } iha “{ $find }” iha títulu ka referénsia.
}
correspondent-list-empty = Seidauk relata buat ida. Hahú ho “Atualizasaun foun”.
correspondent-new = Atualizasaun foun
correspondent-recorded-events = { $count ->
   *[other] eventu { $count } rejista ona
}
correspondent-form-title = Atualizasaun foun
correspondent-form-lead = Relata atividade ida. Títulu no tipu to'o ona; husik mamuk buat ne'ebé ita la hatene.
correspondent-form-more = Tan: oinsá, sé, kuadru referénsia, markadór jéneru
correspondent-form-save = Rai no submete
correspondent-form-states = Rai katak iha ne'e; simu katak entrega ona; rejista katak iha rejistu ba nafatin, ho resibu.
correspondent-choose = – hili –
correspondent-title-missing = Hakerek títulu ida
correspondent-kind-missing = Hili atividade tipu saida
correspondent-wrong-choice = Hili ida husi lista
correspondent-wrong-date = Hakerek loron hanesan 24/11/2026, ka fulan hanesan 11/2026
correspondent-wrong-number = Hakerek númeru tomak, ka husik mamuk
correspondent-wrong-item = La iha pontu ho kódigu ne'e
correspondent-marker-reason-missing = Hakerek tansá hili markadór ne'e
correspondent-total-too-small = Totál ki'ik liu duké feto, mane no seluk hamutuk
correspondent-id-reused = Atualizasaun ne'e haruka tiha ona ho konteúdu seluk. La troka buat ida. Loke ita-nia lista atu haree saida mak haruka ona, no hahú atualizasaun foun atu hatete buat seluk.
correspondent-stream-held = Atualizasaun uluk ida ba atividade ne'e rekuza tiha. Deside uluk kona-ba ida-ne'ebá.
correspondent-reference = Referénsia
correspondent-activity = Atividade
correspondent-receipt = Resibu
correspondent-what = Saida
correspondent-state = Estadu
correspondent-position = Eventu
correspondent-recorded-at = Rejista
correspondent-leaf = Hash tahan nian
correspondent-next = Númeru sira simu kedas hafoin rejista. Hash tahan nian mak marka liman-fuan ne'ebé ema hotu bele uza atu hatudu katak entrada ne'e la troka.
correspondent-back = Fila ba ha'u-nia atualizasaun
correspondent-history = Istória
correspondent-recorded-on = Rejista iha { $time }
correspondent-revise-title = Hadi'a atividade ne'e
correspondent-correct-title = Korrije atividade ne'e
correspondent-revise-lead = Buat ne'ebé ita troka rejista hanesan revizaun foun no submete fali; buat ne'ebé rejista uluk bele haree nafatin.
correspondent-counts-finer = Kontajen balu iha rejistu la'ós loloos, no formuláriu ne'e la bele hatudu. Husik kontajen mamuk atu rai nafatin.
correspondent-changed-since = Ema ruma troka atividade ne'e hafoin ita loke formuláriu. Iha kampu ne'ebé la hanesan nia sorin iha buat ne'ebé agora iha rejistu; buat ne'ebé ita haruka tuir mai mak ita-nia hili.
correspondent-now-on-record = Agora iha rejistu: “{ $value }”
correspondent-submit = Submete ba Diresaun-Jerál
correspondent-submit-words = Revizaun ne'ebé hatudu iha ne'e mak Diresaun-Jerál lee.
correspondent-submit-button = Submete
correspondent-withdraw = Dada fila
correspondent-withdraw-words = Nia sai husi númeru hotu, no bele lee nafatin ho ita-nia razaun.
correspondent-withdraw-button = Dada fila
correspondent-reason = Razaun
correspondent-stopped = La simu atualizasaun ida
correspondent-stopped-words = Liña ho númeru iha leten mak rejistu iha; liña lahó númeru mak ita hatete no rejistu la simu, ho razaun. Buat ne'ebé hein iha kotuk hapara hela. Lee rua hotu, tau ita-nian ba sorin, no hatete fali buat ne'ebé sei vale.
correspondent-stopped-button = Tau ha'u-nian ba sorin no deside fali

item-saved = Rai tiha ona
item-received = Simu tiha ona
item-recorded = Rejista tiha ona
item-refused = Rekuza
item-quarantined = Tau ba sorin
item-held = Hapara hela
item-abandoned = Troka tiha

update-saved-title = Rai tiha ona
update-saved = Rai iha ne'e no sei entrega bainhira rede bele. Ita bele taka pájina ne'e.
update-received-title = Simu tiha ona
update-received = Entrega tiha ona no hein atu rejista.
update-recorded-title = Rejista tiha ona
update-recorded = Iha rejistu ona. Pájina ne'e mak ita-nia resibu.
update-refused-title = Rekuza
update-refused = Regra ida rekuza. La konta buat ida; lee razaun no deside fali.
update-quarantined-title = Tau ba sorin
update-quarantined = La bele simu. Rai hela ho razaun; lee no deside fali.
update-held-title = Hapara hela
update-held = Atualizasaun uluk ida ba atividade ne'e rekuza tiha. Ida-ne'e hein ita-nia desizaun.
update-abandoned-title = Troka tiha
update-abandoned = Hatete tiha buat seluk.

field-title = Títulu
field-language = Lian títulu no rezumu nian
field-kind = Tipu atividade
field-occurrence = Hala'o ona ka lae?
field-starts = Loron dahuluk
field-starts-hint = 24/11/2026, ka 11/2026 se hatene fulan de'it
field-ends = Loron ikus
field-ends-hint = Husik mamuk se la hatene
field-summary = Kona-ba saida
field-place = Edifísiu ka sala
field-city = Sidade
field-country = Nasaun
field-themes = Serve saida: Feto, Dame no Seguransa
field-themes-hint = Hili hotu ne'ebé loos, ka la hili
field-women = Feto
field-women-hint = Prezensa, la'ós ema
field-men = Mane
field-others = Seluk ka la hatete
field-total = Totál, hanesan temi
field-total-hint = Se temi totál ida de'it
field-mode = Oinsá ema hasoru malu
field-member_state = Estadu-membru
field-body = Órgaun ASEAN
field-partners = Parseiru
field-partners-hint = Haketak ho ;
field-items = Pontu kuadru referénsia seluk
field-items-hint = Hili husi lista ka hakerek kódigu, ida iha liña ida; sira ne'ebé pilár uza barak mai uluk
field-marker = Markadór jéneru
field-marker_reason = Tansá markadór ne'e
field-source = Hatene ne'e husi ne'ebé
field-source-hint = Enderesu ida; haketak ho ;
field-reason = Razaun ba koresaun
field-reason-hint = Presiza: valida tiha ona, no bele haree nafatin hanesan uluk

language-en = English
language-pt = Português
language-tet = Tetun
language-id = Bahasa Indonesia

correspondent-draft = Rascunho
correspondent-draft-save = Rai hanesan rascunho
correspondent-draft-saved = Rai hanesan rascunho { $time }
correspondent-draft-kept = Rai iha { $time }
correspondent-draft-continue = Kontinua
correspondent-draft-discard = Soe
correspondent-draft-untitled = Laiha títulu
correspondent-drafts-full = Ita iha rascunho { $count }, la bele rai tan. Soe ida iha ita-nia lista, depois rai ida-ne'e.

correspondent-id-reused-choose = Atualizasaun ne'e haruka tiha ona ho konteúdu seluk. Iha kampu ne'ebé la hanesan nia sorin iha buat ne'ebé haruka uluk; nia la muda. Se buat iha ne'e foun, haruka hanesan atualizasaun foun.
correspondent-sent-before = Haruka uluk: “{ $value }”
correspondent-see-sent-before = Haree saida mak haruka uluk
correspondent-send-as-new = Haruka hanesan atualizasaun foun

offline-saved-copy = Kópia rai husi { $time }. Ita laiha ligasaun.
offline-title = Atualizasaun iha telefone ne'e
offline-waiting = Rai iha telefone ne'e
offline-sending = Haruka hela
offline-recorded = Rejista tiha ona
offline-attention = Presiza ita-nia atensaun
offline-away = Laiha ligasaun. Sei haruka bainhira ita fila mai iha ne'e ho ligasaun.
offline-unknown = Ami seidauk hatene se ne'e rejista ona ka lae. Bele haruka fali ho seguru, no sei haruka rasik.
offline-sign-in = Tama atu haruka buat ne'ebé hein iha ne'e. Laiha buat ida lakon.
offline-stopped = La tama iha rejistu. Resibu hatete tansá.
offline-mend = Loke no hadi'a
offline-sure = Soe atualizasaun ne'e? Nia la rejista, no buat ne'ebé ita hakerek sei lakon.
offline-send-now = Haruka agora
offline-copy = Hatún kópia ida
offline-unsafe = Navegadór ne'e bele hamoos buat ne'ebé hein iha ne'e se telefone laiha fatin. Haruka lalais, ka hatún kópia ida.
offline-kept = Rai iha telefone ne'e { $time }
offline-kept-title = Ami rai tiha buat ne'ebé ita hakerek:

## audit

audit-title = Istória
audit-lead = { $count ->
   *[other] Entrada { $count } iha rejistu, foun liu uluk.
}
audit-pillar = Pilár
audit-show = Hatudu
audit-kind = Tipu rejistu
audit-kind-all = Tipu hotu
audit-on = Rejista to'o
audit-not-a-day = "{ $text }" la'ós loron ida. Hakerek loron, fulan, tinan: 23/11/2026.
audit-diff-title = Saida mak muda
audit-diff-lead = Entre pozisaun { $from } no { $to }, rejista tiha rejistu { $entries } no númeru { $figures } muda.
audit-diff-hint = Pozisaun, ka loron iha Dili: 23/11/2026 signifika loron ne'e nia rohan.
audit-diff-from = Husi
audit-diff-to = To'o
audit-diff-compare = Kompara
audit-diff-same = Númeru ida la muda entre pontu sira-ne'e.
audit-diff-figure = Númeru
audit-diff-was = Uluk
audit-diff-is = Agora
audit-diff-change = Diferensa
audit-diff-because = Rejistu sira ne'ebé muda númeru ne'e
audit-diff-others = no { $count } tan
audit-diff-recorded = Saida mak rejista tiha iha klaran
audit-diff-timeline = Haree rejistu sira-ne'e
audit-diff-note = Númeru sira-ne'e soma husi data atividade hotu, tuir pilár; prezensa la'ós ema.
audit-diff-neither = "{ $text }" la'ós pozisaun no la'ós loron. Hakerek númeru ida, ka loron, fulan, tinan: 23/11/2026.
audit-diff-future = Rejistu seidauk hatudu pozisaun { $asked }; ikus ne'ebé hatudu mak { $latest }.
audit-as-of = Haree vizaun jerál hanesan iha tempu ne'ebá
audit-subject = Haree atividade hanesan iha tempu ne'ebá
audit-none = La rejista buat ida iha ne'e.
audit-newer = Foun liu
audit-older = Tuan liu
audit-moved = Saida mak nia muda iha númeru sira
audit-verify-title = Verifika rejistu
audit-verify-lead = Entrada ida-idak lee no kalkula fali, asinatura ida-idak konfere, no ai-hun kompara ho buat ne'ebé asina tiha. Rejista mós katak ita haruka verifika.
audit-verify-now = Verifika agora
audit-verify-never = Dezde komesa, seidauk iha ema ne'ebé haruka verifika rejistu iha ne'e.
audit-verify-runs = Verifika daudaun rejistu. Pájina ne'e tuir.
audit-verify-whole = { $entries ->
    [1] Rejistu kompletu: nia entrada ida ne'e mak buat ne'ebé asina no rejista tiha.
   *[other] Rejistu kompletu: entrada { $entries } hotu mak buat ne'ebé asina no rejista tiha.
}
audit-verify-altered = Ema muda tiha rejistu, dahuluk iha pozisaun { $position }. Para gravadór, rai baze-dadus hanesan ne'e, no kompara ho kópia foun liu no ho testemuña.
audit-verify-unread = La konsege lee rejistu, tanba ne'e la hatene buat ida. Koko fali; se akontese fali, haruka haree baze-dadus.
audit-verify-is-whole = Kompletu
audit-verify-is-altered = Ema muda
audit-verify-is-unread = La hatene
audit-verify-began = Hahú
audit-verify-ended = Remata
audit-verify-entries = Entrada sira
audit-verify-streams = Fluxu sira, ida-idak la iha falta
audit-verify-keys = Xave sira ne'ebé asina
audit-verify-checkpoints = Pontu-kontrolu sira ne'ebé loos
audit-verify-signed = Entrada iha pontu-kontrolu foun liu
audit-verify-witnessed = Entrada ne'ebé testemuña asina hamutuk
audit-verify-no-pillar = La iha pilár
audit-verify-gap = Xave ida nia númeru ne'ebé la rejista
audit-verify-root = Ai-hun nia abut
audit-bundle = Prova atu lori
audit-bundle-words = Entrada sira ho sira-nia prova, pontu-kontrolu, polítika, formatu sira no verifikadór daruak iha arkivu ida, ho pájina ida ne'ebé hatete oinsá konfere la ho ami. Rejista mós katak ita lori.
audit-bundle-get = Hatún arkivu prova
audit-bundle-hint = Pozisaun sira, dala ida to'o 1000 de'it. Rejistu tomak fó iha arkivu sira, iha kraik.
audit-bundle-wrong = "{ $text }" la'ós pozisaun. Hakerek númeru ida.
audit-bundle-too-many = Fó pozisaun rua, dahuluk la bele liu ikus, ho entrada to'o { $most } iha klaran.
audit-without-us = Iha ita-nia makina rasik
audit-without-us-words = Buat ne'ebé verifika iha ne'e, ema ne'ebé rai rejistu mak verifika. Atu la bele fiar ema ida, kopia nu'udar arkivu no verifika sira, ho rejistu nia xave husi testemuña ida.
audit-previous = Eventu molok
audit-next = Eventu tuir mai
audit-when = Rejista iha { $recorded }; nota iha { $happened }.
audit-attested-server = servidór asina
audit-event-title = Eventu { $position }: { $what }
audit-verdict = Verifika foin lalais
audit-verdict-good = Bytes ne'ebé rai fó hash tahan iha kraik, no xave ne'ebé rejistu temi asina duni sira.
audit-verdict-signature = Hash tahan loos, maibé xave ne'ebé rejistu temi la asina bytes ne'e.
audit-verdict-leaf = Bytes ne'ebé rai la fó hash tahan ne'ebé rai: entrada ne'e troka tiha.
audit-position = Pozisaun
audit-recorded-at = Rejista
audit-happened-at = Nota husi ema ne'ebé publika
audit-event-id = Eventu
audit-stream = Fluxu no versaun
audit-leaf = Hash tahan nian
audit-signature = Asinatura (Ed25519)
audit-key = Xave no nia sekuénsia
audit-actor = Konta
audit-receipt = Resibu
audit-receipt-words = Entrada, ninia fatin iha rejistu no asinatura rejistu nian iha fixeiru ida. Ema hotu bele verifika ho “tais verify receipt”, la presiza ami no la presiza rede.
audit-receipt-get = Hatún resibu
audit-receipt-not-yet = Resibu sei prontu iha minutu ida nia laran, bainhira rejistu asina ninia pontu-kontrolu tuirmai.
audit-bytes = Saida mak asina
audit-bytes-words = Hakerek ho espasu atu lee; evidénsia mak bytes loloos hanesan rai.

## domain

stream-activity = atividade sira
stream-commitment = kompromisu sira
stream-indicator = indikadór sira
stream-forum = Fórum
stream-obligation = relatóriu ne'ebé tenke hato'o
stream-report = relatóriu trimestrál
stream-refusal = rekuza sira
stream-security = seguransa
stream-registry = rejistu xave no funsaun
measure-activities = Atividade sira
measure-validated = Atividade ne'ebé valida tiha
measure-wps-activities = Atividade ne'ebé serve FDS
measure-coverage = Atividade ba
measure-body-activities = Atividade husi
measure-attendances = Prezensa sira
measure-sex-stated = Atividade ho dadus tuir seksu
measure-sex-missing = Atividade la ho dadus tuir seksu
measure-marker-screened = Atividade ne'ebé avalia tiha ho marka jéneru
measure-marker-focused = Atividade ho marka 1 ka 2
pillar-apsc = Polítiku-Seguransa
pillar-aec = Ekonómiku
pillar-ascc = Sosiokulturál

publisher-apsc = Korrespondente APSC
publisher-aec = Korrespondente AEC
publisher-ascc = Korrespondente ASCC
publisher-office = Gabinete ba Asuntu ASEAN
publisher-audit = Auditór sira
publisher-log = Rejistu rasik

state-reported = Relata tiha ona
state-submitted = Submete tiha ona
state-returned = Haruka fila
state-validated = Valida tiha ona
state-acknowledged = Konfirma tiha ona
state-withdrawn = Dada fila

kind-meeting = Enkontru
kind-training = Formasaun
kind-workshop = Workshop
kind-forum-session = Sesaun Fórum nian
kind-negotiation = Negosiasaun
kind-policy-adoption = Adosaun polítika
kind-ratification = Ratifikasaun
kind-mission = Misaun
kind-mentoring = Mentoria
kind-reporting = Relatóriu
kind-campaign = Kampaña ka lansamentu

occurrence-planned = Planeia
occurrence-held = Hala'o tiha ona

mode-in-person = Iha fatin ida
mode-online = Liuhusi internet
mode-hybrid = Rua hotu

marker-0 = 0: igualdade jéneru la'ós objetivu
marker-1 = 1: objetivu importante ida
marker-2 = 2: objetivu prinsipál

confidence-stated = fonte temi
confidence-partly-inferred = balu foti husi kontestu

qualifier-at-least = pelumenus { $number }
qualifier-about = maizumenus { $number }

participant-participant = Partisipante
participant-speaker = Oradór
participant-facilitator = Fasilitadór
participant-head-of-delegation = Xefe delegasaun
participant-decision-maker = Ema ne'ebé foti desizaun

sex-female = Feto
sex-male = Mane
sex-other = Seluk ka la hatete

age-under-30 = Seidauk tinan 30
age-30-59 = Tinan 30 to'o 59
age-60-plus = Tinan 60 ba leten
age-unknown = La hatene

event-unknown = Eventu ne'ebé programa ne'e la hatene
event-activity-reported = Relata tiha ona
event-activity-revised = Hadi'a tiha ona
event-activity-participation-recorded = Prezensa rejista tiha ona
event-activity-document-attached = Dokumentu aneksa tiha ona
event-activity-outcome-recorded = Rezultadu rejista tiha ona
event-activity-submitted = Submete tiha ona
event-activity-returned = Haruka fila
event-activity-validated = Valida tiha ona
event-activity-acknowledged = Konfirma tiha ona
event-activity-withdrawn = Dada fila
event-commitment-made = Kompromisu: halo tiha ona
event-commitment-progressed = Kompromisu: la'o ba oin
event-commitment-fulfilled = Kompromisu: kumpre tiha ona
event-commitment-extended = Kompromisu: prolonga
event-commitment-lapsed = Kompromisu: liu prazu
event-indicator-defined = Indikadór: define tiha ona
event-indicator-baseline-set = Indikadór: hatuur baze
event-indicator-target-set = Indikadór: hatuur meta
event-indicator-measured = Indikadór: sukat tiha ona
event-indicator-corrected = Indikadór: korrije tiha ona
event-forum-session-held = Fórum: hala'o sesaun
event-forum-member-joined = Fórum: membru foun tama
event-forum-mentorship-started = Fórum: mentoria hahú
event-forum-mentorship-completed = Fórum: mentoria remata
event-forum-erasure-asked = Fórum: husu atu hamoos
event-forum-person-erased = Fórum: hamoos tiha ema
event-obligation-scheduled = Obrigasaun: marka loron
event-obligation-met = Obrigasaun: kumpre tiha ona
event-obligation-missed = Obrigasaun: la kumpre
event-report-prepared = Relatóriu: prepara tiha ona
event-report-sealed = Relatóriu: sela tiha ona
event-report-presented = Relatóriu: aprezenta tiha ona
event-report-restated = Relatóriu: hatete fali
event-refusal-refused = Rekuza: rekuza tiha
event-security-signed-in = Seguransa: tama
event-security-sign-in-failed = Seguransa: la konsege tama
event-security-denied = Seguransa: nega
event-security-identity-tied = Seguransa: tama liuhosi fornesedór identidade
event-security-identity-untied = Seguransa: la tama tan liuhosi fornesedór identidade
event-security-exported = Seguransa: esporta
event-security-verified = Seguransa: verifika
event-registry-genesis = Rejistu xave: hahú
event-registry-item-adopted = Rejistu xave: pontu adota
event-registry-item-confirmed = Rejistu xave: pontu konfirma
event-registry-item-superseded = Rejistu xave: pontu troka
event-registry-item-retired = Rejistu xave: pontu hasai
event-registry-key-registered = Rejistu xave: xave rejista
event-registry-key-rotated = Rejistu xave: xave foun
event-registry-key-revoked = Rejistu xave: xave kansela
event-registry-role-granted = Rejistu xave: fó knaar
event-registry-role-revoked = Rejistu xave: hasai knaar

refusal-not-allowed = La bele hatete ida-ne'e iha ne'e, ka la'ós ho ita-nia knaar.
refusal-wrong-pillar = Ida-ne'e pilár seluk nian.
refusal-already-begun = Númeru identifikasaun ne'e uza tiha ona. Hahú ida foun.
refusal-not-begun = Seidauk relata buat ida ho númeru ne'e.
refusal-version-conflict = Ema seluk lais liu. Lee saida mak troka no deside fali.
refusal-builds-on-refused = Ida-ne'e harii iha buat ne'ebé haruka hamutuk no la simu. Deside fali tuir saida mak iha rejistu.
refusal-closed = Taka tiha ona. La bele tuir buat ida.
refusal-title-missing = Hakerek títulu iha lian ida ka liu.
refusal-reason-missing = Fó razaun ida.
refusal-unknown-code = Dadus referénsia la iha kódigu ne'e. Hili ida husi lista.
refusal-ends-before-starts = Loron ikus mai molok loron dahuluk.
refusal-tagged-exceeds-budget = Parte ba igualdade jéneru liu orsamentu.
refusal-nothing-counted = Fó kontajen, totál ka númeru ne'ebé temi.
refusal-cell-twice = Knaar, seksu no idade ne'ebé hanesan mosu dala rua.
refusal-cells-exceed-total = Kontajen hamutuk liu totál.
refusal-not-sha256 = Dokumentu ida hatene husi nia SHA-256: dijitu eksadesimál 64.
refusal-revision-changed = Agora revizaun seluk mak vale. Lee fali.
refusal-already-submitted = Revizaun ne'e submete tiha ona.
refusal-not-submitted = Seidauk submete, nune'e la bele haruka fila ka valida.
refusal-not-validated = Seidauk valida, nune'e la bele konfirma.
refusal-own-submission = Ema la valida buat ne'ebé nia rasik submete. Tenke ema seluk.
refusal-correction-unnamed = Koresaun temi validasaun ne'ebé nia korrije.
refusal-not-later = Prazu foun tenke liu prazu agora.
refusal-second-person-missing = Xave no knaar troka ho ema daruak nia aprovasaun de'it.
refusal-key-mismatch = Xave nia identifikasaun la tuir xave, ka xave rejista tiha ona.
refusal-key-invalid = Xave la hatene ka la vale ona.
refusal-log-key-only-rotates = Rejistu nia xave rasik la hetan seluk iha sorin no la hasai: troka de'it.
refusal-key-not-held = Gravadór la iha rejistu nia xave tuirmai: tau uluk nia fixeiru iha fatin ne'ebé gravadór hala'o.
refusal-pillar-of-role = Korrespondente iha pilár ida de'it; knaar seluk la iha pilár.
refusal-missing = Prenxe ida-ne'e.
refusal-not-a-figure = Hakerek númeru hanesan 36.9, ka parte ida no totál ne'ebé la ki'ik liu.
refusal-nothing-to-correct = Seidauk hatete buat ida ho id ne'e. Hatudu ida ne'ebé sala.
refusal-oversized = Boot liu 256 KiB. Aneksa dokumentu ho nia hash.
refusal-too-deep = Iha nivel barak liu duké bele simu.
refusal-malformed = La'ós eventu ne'ebé bele lee.
refusal-unknown-type = Nia tipu la iha kontratu laran.
refusal-future-version = Nia versaun foun liu duké programa ne'e hatene.
refusal-wrong-shape = Kampu ida la tuir forma husi nia tipu.
refusal-contradiction = Nia kontra nia an rasik.
refusal-wrong-subject = Nia mai husi asuntu ne'ebé la'ós nia nian.
refusal-wrong-key = Nia temi xave seluk, la'ós ida ne'ebé asina.
refusal-no-signature = Nia la iha asinatura.
refusal-bad-signature = La iha xave ne'ebé vale mak asina: troka tiha, ka xave seidauk rejista.
refusal-id-reused = Nia identifikasaun uza tiha ona ba buat seluk.
refusal-key-sequence-reused = Eventu seluk iha ona fatin ne'e iha xave nia sekuénsia.

role-correspondent = korrespondente
role-director = Diresaun-Jerál
role-office = Gabinete Vise-Ministru nian
role-auditor = auditór
role-administrator = administradór

## desk

desk-title = Hein hela ita
desk-lead = { $count ->
    [0] La iha buat ida hein ita-nia desizaun.
   *[other] Atividade { $count } hein hela ita-nia desizaun, ida ne'ebé hein kleur liu uluk.
}
desk-nothing = Bainhira korrespondente ida submete atividade ida, nia mosu iha ne'e.
desk-to-validate = Valida ka haruka fila
desk-to-acknowledge = Konfirma
desk-open = Deside tiha ona, seidauk iha resibu
desk-on-its-way = Desizaun uluk ida kona-ba atividade ne'e la'o hela. Hein nia resibu.
desk-held = Desizaun uluk ida kona-ba atividade ne'e la rejista. Lee uluk tansá iha nia pájina.
desk-stopped = Desizaun ne'e la rejista. Taka, lee atividade hanesan agora, no deside fali.
desk-stopped-button = Ha'u lee ona
desk-validate = Valida
desk-validate-words = Ita konfirma konteúdu hanesan ita lee iha ne'e. Hafoin ne'e nia konta hanesan valida ona iha númeru hotu.
desk-note = Nota (se hakarak)
desk-validate-button = Valida
desk-acknowledge = Konfirma
desk-acknowledge-words = Vise-Ministru simu ona konteúdu ne'ebé valida.
desk-acknowledge-button = Konfirma
desk-return = Haruka fila
desk-return-words = Korrespondente lee razaun no submete fali. Autór nafatin autór.
desk-return-button = Haruka fila ho razaun ne'e

# Importa folla kálkulu: naran koluna, saida mak sala iha arkivu ka liña, no pájina sira.
column-reference = Referénsia
column-pillar = Pilár
column-title = Títulu
column-kind = Tipu atividade
column-occurrence = Planeia ka hala'o ona
column-starts = Loron dahuluk
column-ends = Loron ikus
column-summary = Rezumu
column-place = Edifísiu ka sala
column-city = Sidade
column-country = Nasaun
column-member-state = Estadu-membru
column-mode = Oinsá ema hasoru malu
column-bodies = Órgaun ASEAN
column-partners = Parseiru
column-themes = Tema FDS
column-frameworks = Pontu kuadru referénsia
column-marker = Markadór jéneru
column-marker-reason = Tansá markadór ne'e
column-women = Feto
column-men = Mane
column-others = Seluk ka la hatete
column-total = Totál
column-budget = Orsamentu iha dolar amerikanu
column-budget-stated = Orsamentu iha osan seluk, ho liafuan
column-source = Fonte
column-confidence = Konfiansa

file-empty = La iha liña ida iha kabesallu nia okos.
file-too-large = Boot liu { $max } MiB. Fahe ba arkivu balu.
file-too-much-text = Nia atividade sira iha testu liu { $max } MiB. Fahe ba arkivu balu.
file-kind = Arkivu tipu ne'e ({ $what }) la lee. Rai hanesan .xlsx ka CSV.
file-encoding = Letra sira la bele lee. Rai hanesan “CSV UTF-8” ka .xlsx.
file-too-many-rows = Iha liña liu { $max }. Fahe ba arkivu balu.
file-too-many-columns = Iha koluna liu { $max }. Hasai ida ne'ebé la presiza.
file-too-many-parts = Arkivu iha parte liu { $max }. Kopia folla ba arkivu foun.
file-inflated = Bainhira loke, arkivu boot liu { $max } MiB. Kopia liña ne'ebé presiza de'it ba arkivu foun.
file-ratio = Bainhira loke, arkivu sai boot liu dala { $max }, hanesan arkivu ne'ebé halo atu estraga. Kopia liña sira ba arkivu foun.
file-too-many-texts = Arkivu hatete katak iha testu liu { $max }. Kopia liña sira ba arkivu foun.
file-part-name = Parte ida iha arkivu iha naran ne'ebé la bele: { $name }
file-entities = Iha deklarasaun tipu dokumentu ka entidade ({ $name }) ne'ebé la simu.
file-too-deep = Elementu sira tama malu liu nivel { $max }.
file-too-long = Testu ida iha liña { $line } naruk liu karakter { $max }.
file-iati-version = Versaun IATI { $version } la lee; lee 2.01 to'o 2.03 no 1.01 to'o 1.05.
file-not-iati = XML ne'e la'ós arkivu atividade IATI nian.
file-header-formula = Kabesallu iha fórmula, iha liña { $row }, koluna { $column }. Tau naran rasik iha ne'ebá.
file-broken = Arkivu aat ona: { $why }

problem-missing = Sélula ne'e mamuk, no la bele simu liña lahó nia.
problem-formula = Ida-ne'e fórmula. Tau valór iha nia fatin.
problem-fault = Folla iha sala iha ne'e: { $value }
problem-too-long = Ida-ne'e naruk liu karakter { $max }.
problem-row-too-long = Liña iha testu liu bytes { $max }.
problem-too-many-cells = Liña iha sélula barak liu naran iha kabesallu.
problem-twice = Referénsia hanesan iha liña { $line }.
problem-unknown-pillar = “{ $value }” la'ós APSC, AEC ka ASCC.
problem-other-pillar = Liña ne'e { $pillar } nian. Nia korrespondente rasik mak importa.
problem-unknown-kind = “{ $value }” la'ós tipu atividade ne'ebé hatene.
problem-unknown-state = “{ $value }” la'ós estadu-membru ASEAN.
problem-unknown-word = “{ $value }” la'ós liafuan ne'ebé hatene iha ne'e.
problem-wrong-date = “{ $value }” la'ós loron. Hakerek 24/11/2026, ka 11/2026 se hatene fulan de'it.
problem-wrong-number = “{ $value }” la'ós númeru tomak.
problem-wrong-amount = “{ $value }” la'ós osan iha dolar amerikanu. Hakerek 1234.50, ka husik koluna ne'e.
problem-wrong-marker = “{ $value }” la'ós markadór jéneru. Bele 0, 1 ka 2.
problem-marker-reason-missing = Markadór jéneru presiza nia razaun.
problem-marker-missing = Iha razaun, maibé la iha markadór jéneru.
problem-held = Atualizasaun uluk ida ba atividade ne'e rekuza tiha. Deside uluk kona-ba ida-ne'ebá.
problem-finer-counts = Rejistu sura ida-ne'e klean liu númeru ida. Troka liuhusi API, ka husik sélula ne'e mamuk.

import-title = Importa folla kálkulu
import-lead = Atividade barak dala ida, husi folla kálkulu ka arkivu IATI. Ita haree uluk saida mak sei troka, molok rai buat ruma.
import-file = Arkivu
import-file-hint = .xlsx ka CSV to'o { $max } MiB, XML IATI to'o { $xml } MiB
import-file-missing = Hili arkivu ida
import-file-unread = “{ $name }” la lee. { $why }
import-read = Lee arkivu
import-template = Download folla mamuk (CSV)
import-rules = Liña ida-idak presiza referénsia, atu hatene fali nia, no títulu. Sélula mamuk la troka buat ida. Fórmula la lee. Arkivu ne'ebé ita la importa sei hamoos hafoin loron ida.
import-full = Arkivu barak liu hein hela. Hotu uluk ida, ka koko fali aban.
import-check-title = Haree molok importa
import-check-lead = { $name } ({ $sheet }), { $count ->
   *[other] liña { $count }
}. Seidauk rai buat ida.
import-missing = La hetan koluna ba: { $fields }. Hatete iha kraik koluna ida-ne'ebé; tipu bele mós hili ba liña hotu.
import-count-new = Foun: { $count }
import-count-changed = Troka: { $count }
import-count-unchanged = La troka: { $count }
import-count-wrong = Ho sala: { $count }
import-wrong-heading = { $count ->
   *[other] Liña { $count } la bele simu
}
import-wrong-words = Hadi'a iha arkivu no importa fali. Liña seluk bele importa agora: liña ida nunka sura dala rua.
import-heading-new = { $count ->
   *[other] Atividade foun { $count }
}
import-heading-changed = { $count ->
   *[other] Atividade { $count } troka
}
import-more = No tan { $count } ne'ebé la hatudu iha ne'e
import-row = Liña { $line }
import-column = Koluna { $letters }, { $name }:
import-nothing = mamuk
import-corrects = Valida tiha ona. Troka ne'e koresaun, no presiza razaun.
import-reason = Razaun ba koresaun sira
import-reason-hint = Hela ho koresaun hotu husi importa ne'e
import-reason-missing = Hakerek razaun ba koresaun sira
import-choose-some = Hili liña ida ka liu
import-commit = Importa liña ne'ebé hili
import-another = Importa arkivu seluk
import-columns = Koluna: ida-idak hatete saida
import-columns-words = Ita-nia hili sei rai ba arkivu tuir mai ho kabesallu hanesan.
import-language = Lian títulu no rezumu nian
import-kind = Tipu atividade, se liña la hatete
import-no-column = – la iha arkivu –
import-check-again = Haree fali
import-working-title = Importa hela
import-done-title = Importa tiha ona
import-interrupted-title = Importa hapara tiha
import-interrupted = Buat ne'ebé rai ona seguru. Liña ne'ebé hein bele kontinua.
import-go-on = Kontinua
import-progress-lead = { $name }: { $count ->
   *[other] hili liña { $count }
}
import-look-again = Liña balu troka iha rejistu hafoin ita haree, ka la bele simu ona. Haree no hili fali:
import-fate-waiting = Hein hela
import-fate-unchanged = La iha buat atu troka
import-fate-stale = Troka tiha foin daudaun
import-fate-wrong = La simu
file-too-many-cells = Iha sélula liu { $max }. Fahe ba arkivu balu.

## Tama, liafuan-xave, no pasu sira ne'ebé husu fali

sign-in-wait = { $minutes ->
    [1] Tenta beibeik sala ho naran ida-ne'e. Hein minutu ida no koko fali.
   *[other] Tenta beibeik sala ho naran ida-ne'e. Hein minutu { $minutes } no koko fali.
}
sign-in-to-send = Ita la tama ona. Buat ne'ebé ita hakerek rai hela: tama fali, no haruka iha pájina tuirmai.
send-again-title = Haruka buat ne'ebé ita hakerek
send-again-lead = Ita tama tiha ona. Buat ne'ebé ita hakerek uluk sei iha ne'e. Seidauk rai buat ida.
send-again-stale = Pájina ne'e loke iha sesaun uluk, tan ne'e la rai buat ida. Buat ne'ebé ita hakerek sei iha ne'e.
send-again-now = Haruka agora
send-again-not = La haruka
confirmation-title = Hatama fali ita-nia liafuan-xave
confirmation-lead = Pasu ida-ne'e hakerek ho ita-nia naran iha rejistu. Buat ne'ebé ita hakerek rai hela.
confirmation-go-on = Kontinua
password-title = Troka liafuan-xave
password-lead = Ita-nia sesaun sira seluk remata hotu, iha aparellu hotu-hotu.
password-present = Liafuan-xave agora
password-new = Liafuan-xave foun
password-hint = Letra 12 ka liu. Liafuan balu ne'ebé ita mesak de'it mak tau hamutuk di'ak.
password-again = Liafuan-xave foun, dala ida tan
password-change = Troka liafuan-xave
password-wrong = Ida-ne'e la'ós ita-nia liafuan-xave.
password-differs = Liafuan-xave foun rua ne'e la hanesan.
password-too-short = Liafuan-xave foun badak liu: presiza letra 12 ka liu.
password-too-long = Liafuan-xave foun naruk liu: letra 256 to'o ona.
password-too-plain = Liafuan-xave foun iha ita-nia naran, ka letra ida de'it beibeik: hili seluk.
password-same = Liafuan-xave foun hanesan ida agora: hili seluk.
failure-too-many-attempts-title = Tenta beibeik liu
failure-too-many-attempts-what = Tama sala beibeik ho naran ida-ne'e.
failure-too-many-attempts-next = Hein tuir tempu ne'ebé resposta hatete, no koko fali. Se la'ós ita, hatete ba administradór.
failure-password-change-needed-title = Tenke troka liafuan-xave dahuluk
failure-password-change-needed-what = Konta ida-ne'e sei uza liafuan-xave ne'ebé fó dahuluk.
failure-password-change-needed-next = Tama iha pájina no troka.
failure-confirmation-needed-title = Presiza fali liafuan-xave
failure-confirmation-needed-what = Ema ne'ebé foin hatama liafuan-xave de'it mak bele halo pasu ida-ne'e.
failure-confirmation-needed-next = Hatama liafuan-xave no kontinua.

## Konta no funsaun sira

accounts-title = Konta sira
accounts-lead = Sé mak bele tama, no funsaun ne'ebé rejistu fó ba nia. Administradór na'in rua mak fó funsaun: ida husu, ida seluk fó.
accounts-granted = Fó tiha ona funsaun
accounts-asked = Hein administradór daruak
accounts-not-granted = Laiha funsaun
accounts-on-its-way-chip = Rejista hela
accounts-on-its-way = Mudansa seluk kona-ba xave ka funsaun rejista hela. Haree fali lakleur.
accounts-asked-by = { $name } mak husu
accounts-asked-by-you = Ita mak husu: administradór seluk mak fó.
accounts-nobody-asked = Seidauk iha ema husu funsaun ida-ne'e. Administradór ida husu, ida seluk fó.
accounts-change = Troka
accounts-grant = Fó funsaun
accounts-grant-words = Naran rua ne'e hela iha rejistu.
accounts-ask = Husu fali funsaun
accounts-reason = Tanbasá foti funsaun
accounts-revoke = Foti funsaun
accounts-reset = Liafuan-xave dahuluk foun
accounts-first-password = Liafuan-xave dahuluk { $name } nian. Hatudu dala ida de'it: entrega ho liman. Tenke troka bainhira tama dala uluk.
accounts-make = Konta foun
accounts-make-button = Kria konta
accounts-name-hint = Letra ki'ik, númeru, pontu ka traso 2 to'o 40
accounts-wrong-name = Ida-ne'e la bele sai naran konta nian: uza letra ki'ik, númeru, pontu ka traso 2 to'o 40, hahú ho letra.
accounts-name-taken = Ema seluk iha naran ida-ne'e ona: hili seluk.
accounts-role = Funsaun
accounts-pillar = Pilár
accounts-pillar-hint = Ba korrespondente de'it

# The participation grid
grid-title = Tuir papél, seksu no idade
grid-hint = Se hatene de'it. Hamutuk tenke hanesan ho númeru sira iha leten: husik mamuk, ka hanesan.
grid-sums = Tabela: feto %, mane %, seluk ka la hatete %
correspondent-grid-wrong = “{ $value }” la'ós númeru: hakerek númeru iha tabela, ka husik mamuk
correspondent-grid-differs = Ita hakerek { $typed }, maibé tabela hamutuk { $sum }. Tau sira ne'ebé falta iha “La hatene”, ka hadi'a ida.
field-total_is = Totál ne'e
total-is-exact = loloos
total-is-at-least = pelumenus hira ne'e
total-is-about = maizumenus hira ne'e

# Commitments, indicators and obligations
nav-commitments = Kompromisu
nav-indicators = Indikadór
nav-obligations = Obrigasaun
record-title-commitment = Kompromisu
record-title-indicator = Indikadór
record-title-obligation = Relatóriu ne'ebé tenke entrega
record-lead-commitment =
    { $count ->
        [0] Seidauk iha kompromisu
        [1] Kompromisu ida, { $open } nakloke, { $late } tarde ona
       *[other] Kompromisu { $count }, { $open } nakloke, { $late } tarde ona
    }
record-lead-indicator =
    { $count ->
        [0] Seidauk iha indikadór
        [1] Indikadór ida
       *[other] Indikadór { $count }
    }
record-lead-obligation =
    { $count ->
        [0] Seidauk iha buat ida atu entrega
        [1] Relatóriu ida, { $open } seidauk entrega, { $late } tarde ona
       *[other] Relatóriu { $count }, { $open } seidauk entrega, { $late } tarde ona
    }
record-none-commitment = Seidauk promete buat ida, ka laiha iha pilár ne'e.
record-none-indicator = Seidauk define indikadór ida, ka laiha iha pilár ne'e.
record-none-obligation = Seidauk marka relatóriu ida, ka laiha iha pilár ne'e.
record-all-pillars = Pilár hotu
record-calendar = Tau iha kalendáriu (.ics)
record-save = Rai
record-waits = Rai ona no iha dalan ba rejistu. Pájina ne'e haree fila fali mesak.
record-history = Istória
record-measurements = Sukat
record-was = uluk
record-all-ages = Idade hotu
record-ratio = { $part } husi { $whole } ({ $percent })
record-due = Prazu: { $due }.
record-due-moved = Prazu: { $due }; uluk { $first }.
record-baseline = Hahú ho { $value } ({ $when }).
record-target = Meta mak { $value } to'o { $by }.
record-latest = Agora { $value } ({ $quarter }).
record-direction-rising = Barak liu di'ak liu
record-direction-falling = Uitoan liu di'ak liu
record-state-open = Nakloke
record-state-overdue = Tarde ona
record-state-fulfilled = Kumpre ona
record-state-lapsed = La vale ona
record-state-met = Entrega ona
record-state-missed = La entrega
record-state-moved = La'o tuir hakarak
record-state-not-moved = La la'o tuir hakarak
record-state-not-measured = Seidauk sukat
record-state-measured = Sukat ona
record-act-commitment = Kompromisu foun
record-act-indicator = Indikadór foun
record-act-obligation = Relatóriu foun ne'ebé tenke entrega
record-act-progress = Hakerek progresu
record-act-fulfilment = Kumpre ona
record-act-extension = Hanaruk prazu
record-act-lapse = Husik
record-act-measurement = Rejista sukat ida
record-act-baseline = Tau valór hahú
record-act-target = Tau meta
record-act-correction = Hadi'a valór ida
record-act-miss = La entrega
records-wrong-day = Hakerek loron hanesan 24/11/2026
field-record-text = Saida mak promete
field-record-pillar = Pilár
field-record-due = Prazu
field-record-due-hint = Loron, hanesan 24/11/2026
field-record-origin = Mai husi ne'ebé
field-record-origin-hint = Enkontru, instrumentu, parágrafu husi observasaun finál
field-record-owner = Sé mak tenke kumpre
field-record-owner-hint = Hili organizasaun ida ka hakerek naran
field-record-frameworkItems = Pontu kuadru nian
field-record-frameworkItems-hint = Kódigu, haketak ho ;
field-record-frameworkItem = Pontu kuadru nian
field-record-note = Saida mak halo ona
field-record-on = Loron
field-record-on-hint = Hanesan 24/11/2026
field-record-evidence = Saida mak hatudu
field-record-code = Kódigu
field-record-code-hint = Badak, no dala ida de'it iha rejistu
field-record-unit = Unidade
field-record-unit-hint = Hanesan pursentu, ema
field-record-direction = Tenke ba ne'ebé
field-record-value = Valór
field-record-value-hint = Númeru hanesan 36.9, ka parte husi totál hanesan 24/65
field-record-asOf = Husi bainhira
field-record-asOf-hint = Hanesan fonte hatete: tinan, trimestre, loron
field-record-by = To'o
field-record-by-hint = Loron, hanesan 24/11/2026
field-record-quarter = Trimestre
field-record-corrects = Saida mak sala
field-record-disaggregation = Hanesan tuir seksu no idade
field-record-recipient = Entrega ba sé
field-record-reference = Referénsia
field-record-reference-hint = Númeru ka enderesu
field-record-title = Títulu
field-record-source = Fonte
field-record-source-hint = Sé mak hatete: naran ka enderesu
field-record-reason = Razaun
field-record-language = Lian testu nian

# More of the update's form
field-lead = Lidera husi
field-lead-hint = Hili organizasaun ida ka hakerek naran
field-counterparts = Kontraparte: husi estadu-membru ida-ne'ebé
field-municipality = Munisípiu
field-budget = Orsamentu planeadu iha dolar amerikanu
field-budget-hint = Númeru de'it, hanesan 1234.50
correspondent-form-promised = Kompromisu ida ne'ebé foti iha ne'ebá
field-commitment = Saida mak promete
field-commitment-hint = Sira seluk bele hatama iha lista, iha parte kona-ba prazu
field-commitment_due = To'o bainhira
field-commitment_due-hint = Loron, hanesan 24/11/2026
field-commitment_owner = Sé mak tenke kumpre
field-commitment_owner-hint = Hili organizasaun ida ka hakerek naran
correspondent-wrong-amount = Hakerek montante ho númeru de'it, hanesan 1234.50

# The Forum

nav-forum = Fórum
forum-title = Fórum Feto iha Lideransa no Diplomasia
forum-lead = Sesaun { $sessions }, membru { $members }, mentoria { $lasting } la'o hela.
forum-sessions = Sesaun sira
forum-members = Membru sira
forum-mentorships = Mentoria sira
forum-no-sessions = Seidauk rejista sesaun ida.
forum-no-members = Seidauk iha ema ida tama.
forum-no-mentorships = Seidauk hahú mentoria ida. Rejista uluk membru sira.
forum-names-hidden = Naran no kontaktu la iha rejistu laran. Diresaun no gabinete bele haree.
forum-joined = Tama iha
forum-mentor-and-mentee = Mentor no mentoradu
forum-person = Ema { $id }
forum-pair = { $mentor } mentor ba { $mentee }
forum-erased = Hamoos tiha
forum-since = Dezde { $date }.
record-state-held = Hala'o tiha
record-state-member = Membru
record-state-erasure-asked = Atu hamoos
record-state-erased = Hamoos tiha
record-state-lasting = La'o hela
record-state-completed = Remata tiha
record-act-sessions = Rejista sesaun ida
record-act-members = Rejista membru ida
record-act-mentorships = Hahú mentoria ida
record-act-completion = Remata mentoria
record-act-erasure-request = Husu atu hamoos naran no kontaktu
record-act-erasure = Konfirma hamoos
record-erasure-hint = Naran no kontaktu sai husi kofre ba nafatin; rejistu rai de'it númeru iha nia fatin. Ema ne'ebé husu la bele konfirma.
field-record-kind = Saida mak ne'e
field-record-starts = Loron dahuluk
field-record-starts-hint = 24/11/2026, ka 11/2026 bainhira hatene de'it fulan
field-record-ends = Loron ikus
field-record-ends-hint = Husik mamuk se hanesan de'it
field-record-venue = Sidade
field-record-counts = Prezensa
field-record-person = Naran
field-record-person-hint = Rai xifradu iha kofre; iha rejistu iha númeru ida troka fali
field-record-contact = Kontaktu
field-record-contact-hint = Enderesu ka númeru telefone; rai mós iha kofre
field-record-mentor = Mentor
field-record-mentee = Mentoradu
field-record-outcome = Saida mak sai husi ne'e
field-record-outcome-hint = La ho naran: ne'e hela iha rejistu ba nafatin
refusal-oneself = Ema ida la bele sai mentor ba nia an rasik. Hili ema na'in rua.
refusal-other-person = Membru nia rejistu tenke iha ema ne'e nia id rasik.
refusal-erasure-not-asked = Seidauk iha ema ne'ebé husu atu hamoos. Ema ida husu, ema seluk konfirma.
refusal-own-erasure = Ema ne'ebé husu atu hamoos la bele konfirma rasik. Tenke ema seluk.

# What is due in a pillar

record-due-title = Saida mak tenke halo
record-due-none = Laiha buat ida atu halo iha pilár ne'e.

# Documents
documents-title = Dokumentu
documents-none = Laiha dokumentu ida.
documents-file = Arkivu ida
documents-hint = To'o 20 MB. Rejistu rai ninia impresaun dijitál (SHA-256), atu haree se arkivu troka.
documents-attach = Tau dokumentu
documents-missing = Hili uluk arkivu ida.

# Signing in at an identity provider
provider-sign-in = Tama iha { $host }
provider-or = Ka ho naran no liafuan-xave pájina sira-ne'e nian
provider-leaving-title = Tama iha { $host }
provider-leaving = Ami lori ita ba { $host }, no depois ita fila mai iha ne'e. Se la akontese buat ida, kontinua rasik.
provider-go-on = Kontinua ba { $host }
provider-unknown-way = Tama ida-ne'e hahú liu minutu sanulu ona, ka iha navegadór seluk. Hahú fali.
provider-away = { $host } la hatán. Buat ne'ebé ita hakerek rai hela: koko fali lailais, ka tama ho naran no liafuan-xave.
provider-cancelled = Tama iha { $host } seidauk remata. Koko fali bainhira prontu.
provider-untrusted = Buat ne'ebé { $host } haruka la bele fiar, tan ne'e ema ida mós la tama. Koko fali; se akontese tan, hatete ba administradór.
provider-stale = { $host } la husu fali ita-nia liafuan-xave, no pasu ne'e presiza. Koko fali; se akontese tan, hatete ba administradór.
provider-unknown-person = { $host } hatene ita, maibé iha ne'e la iha konta ita-nian. Fó identifikadór ne'e ba administradór: { $subject }
provider-somebody-else = Iha { $host } ema seluk mak tama hela, tan ne'e pasu ne'e la konfirma. Tama iha ne'ebá ho ita-nia naran rasik. Buat ne'ebé ita hakerek rai hela.
accounts-identity = Iha { $host }: { $subject }
accounts-identity-field = Identifikadór iha { $host }
accounts-identity-hint = Ema ne'ebé tama iha ne'ebá ho identifikadór ne'e sai konta ida-ne'e. Simu hosi ema rasik, la'ós hosi mensajen.
accounts-identity-tie = Ema ne'e duni
accounts-identity-untie = La'ós tan ema iha { $host }
accounts-identity-wrong = Ne'e la'ós identifikadór: iha letra, númeru no sinál 1 to'o 255.
accounts-identity-taken = Identifikadór ne'e konta seluk nian, ka konta ne'e iha ida seluk. Hasai ida-ne'ebá uluk.

## Xave sira

keys-title = Xave sira
keys-lead = Xave ida-ne'ebé mak asina ba sé, hanesan rejistu hatete. Administradór na'in rua mak fó xave tuirmai ba rejistu: ida hatama, ida seluk kompara no aprova.
keys-in-force = Vale hela
keys-ended = Hotu ona
keys-since = Asina buat ne'ebé mai hafoin eventu { $from }
keys-until = Asina tiha buat ne'ebé mai hafoin eventu { $from }, to'o eventu { $until }
keys-next = Rejistu nia xave tuirmai
keys-how = Hala'o “tais keys rotate” iha fatin ne'ebé gravadór hala'o. Nia halo xave tuirmai no hatudu liña ida: hatama liña ne'e iha ne'e, no fó ba auditór sira no ba ema ne'ebé kaer testemuña. Xave la asina buat ida to'o administradór seluk aprova.
keys-line = Xave tuirmai nia liña
keys-line-hint = Hanesan “tais keys rotate” hatudu, hosi rejistu nia naran to'o sinál ikus
keys-ask = Husu xave ida-ne'e
keys-wrong-line = Ne'e la'ós xave nia liña: kopia tomak, hanesan “tais keys rotate” hatudu.
keys-wrong-log = Xave ne'e la'ós rejistu ne'e nian: nia liña hahú ho { $origin }.
keys-known = Rejistu hatene ona xave ne'e. “tais keys rotate” halo ida tuirmai.
keys-asked-by = { $name } husu xave ida-ne'e. Kompara liña ho ida ne'ebé “tais keys” hatudu iha fatin ne'ebé gravadór hala'o: sinál ida-idak konta. Xave agora nian hotu bainhira ita aprova.
keys-asked-by-you = Ita mak husu xave ida-ne'e. Administradór seluk kompara liña no aprova.
keys-approve = Aprova xave tuirmai
keys-take-back = Dada fila pedidu
keys-on-its-way = Mudansa ida rejista hela. Haree fali lakleur.
keys-changed-meanwhile = Ema husu tiha xave seluk. Haree fali pájina, no kompara liña ne'ebé agora iha.
keys-nobody-asked = Seidauk iha ema husu xave tuirmai. Administradór ida hatama, ida seluk aprova.
registry-refused = La rejista: { $what }. { $reason }
registry-put-away = Ha'u lee ona
