# Português, como se escreve em Timor-Leste. Todos os textos de todas as páginas, pelas mesmas chaves
# que em en.ftl; um teste falha quando falta uma chave ou quando sobra alguma.

## shell

shell-name = Registo dos pilares da ASEAN
shell-office = Gabinete para os Assuntos da ASEAN · Timor-Leste
shell-skip = Saltar para o conteúdo
shell-language = Língua
shell-main-menu = Principal
shell-signed-in-as = { $name }, { $role }
shell-sign-in = Entrar
shell-sign-out = Sair
shell-unwitnessed-title = Sem testemunha.
shell-unwitnessed = Nenhuma testemunha independente confirmou o que foi registado desde { $since }. Até que o faça, só responde por isso quem guarda o registo.
shell-sample-title = Dados de exemplo.
shell-sample = Ao lado de atividades reais, com as suas fontes, este registo tem outras inventadas, para mostrar como funciona.
shell-frozen = Está a ver o registo como estava em { $date } (evento { $position }).
shell-frozen-latest = Ir para o mais recente
shell-updated = Atualizado: evento n.º { $position }

nav-overview = Visão geral
nav-activities = Atividades
nav-my-pillar = O meu pilar: { $pillar }
nav-desk = A decidir
nav-history = Histórico

footer-upto = Feito a partir dos eventos 0 a { $position }.
footer-empty = Ainda nada foi registado.
footer-recorded = Último registo: { $time }, hora de Díli (UTC+9).
footer-root = Raiz do registo
footer-verify = Verificar esta página

sign-in-title = Entrar
sign-in-name = Nome
sign-in-password = Palavra-passe
sign-in-wrong = O nome ou a palavra-passe não está certo.
sign-in-already = Entrou como { $who }.

error-summary = Corrija primeiro o seguinte
error-title = Erro: { $title }

asof-label = O registo como estava em
asof-hint = Dia, mês, ano: 23/11/2026
asof-show = Mostrar
asof-strip = Eventos registados por semana

## shell: failures

failure-home = Ir para a visão geral
failure-id = Identificador do erro, para quem cuida do sistema:
failure-recorded-no = Nada foi registado.
failure-recorded-unknown = Não sabemos se algo foi registado. Pode enviar de novo sem receio: a mesma atualização nunca conta duas vezes.
failure-roles = Isto exige uma destas funções: { $roles }.

failure-not-found-title = Não há nada neste endereço
failure-not-found-what = O endereço pode estar mal escrito, ou indicar algo que este registo não tem.
failure-not-found-next = Verifique o endereço, ou procure na lista de atividades.
failure-sign-in-needed-title = É preciso entrar
failure-sign-in-needed-what = Só quem entrou pode ver isto.
failure-sign-in-needed-next = Entre e peça de novo.
failure-wrong-password-title = O nome ou a palavra-passe não está certo
failure-wrong-password-what = Não correspondem um ao outro.
failure-wrong-password-next = Verifique ambos e peça de novo.
failure-forbidden-title = A sua função não o permite
failure-forbidden-what = Entrou, mas o que pediu está reservado a outras pessoas.
failure-forbidden-next = Fale com o Gabinete, se acha que deveria ter acesso.
failure-foreign-form-title = Este formulário não veio de uma página sua
failure-foreign-form-what = Ou a página estava aberta desde antes de ter entrado, ou outro sítio tentou enviar o formulário por si.
failure-foreign-form-next = Volte atrás, carregue de novo a página e envie outra vez.
failure-malformed-title = Não conseguimos ler este pedido
failure-malformed-what = Falta alguma coisa, ou algo não está escrito como se esperava.
failure-malformed-next = Volte atrás, verifique o que escreveu e envie de novo.
failure-refused-title = Uma regra do registo recusa isto
failure-refused-what = O pedido foi entendido, mas não pode ser registado assim.
failure-refused-next = Volte atrás e altere o que a mensagem indica.
failure-conflict-title = Alguém foi mais rápido
failure-conflict-what = Aquilo em que trabalhava mudou desde que o abriu.
failure-conflict-next = Abra de novo, compare as duas versões e decida sobre a nova.
failure-too-large-title = É demasiado grande
failure-too-large-what = Foi enviado mais do que se pode receber de uma vez.
failure-too-large-next = Envie menos, ou um ficheiro mais pequeno.
failure-wrong-method-title = Este endereço não se usa desta maneira
failure-wrong-method-what = Não aceita este tipo de pedido.
failure-wrong-method-next = Use as ligações e os botões das páginas.
failure-not-ready-title = De momento não há resposta
failure-not-ready-what = Uma parte do sistema que aqui é precisa está a arrancar, ou não se consegue alcançar.
failure-not-ready-next = Espere um minuto e carregue de novo a página.
failure-unknown-outcome-title = Ainda não sabemos se isto foi registado
failure-unknown-outcome-what = Foi enviado, e o recibo não chegou a tempo.
failure-unknown-outcome-next = Veja a lista das suas atualizações daqui a um minuto, ou envie de novo.
failure-internal-title = Algo correu mal do nosso lado
failure-internal-what = A culpa não é sua, e o erro ficou anotado para quem cuida do sistema.
failure-internal-next = Tente mais uma vez; se acontecer de novo, indique o identificador do erro.

## office

office-overview-title = Mulheres, Paz e Segurança nos três pilares
office-lead = { $share } das atividades servem a agenda Mulheres, Paz e Segurança ({ $part } de { $whole }).
office-lead-lowest = { $pillar } é o pilar que fica mais atrás.
office-lead-empty = Ainda nada está registado nestes trimestres. Os valores aparecem com a primeira atividade.
office-print = Imprimir o resumo
office-data = Descarregar os dados
office-glance = Num relance
office-changed = O que mudou
office-changed-from-to = { $from } → { $to }
office-changed-first = Nada estava registado antes deste mês, por isso não há com que comparar.
office-changed-same = A proporção está onde estava no início do mês.
office-changed-moved = A proporção das atividades que servem Mulheres, Paz e Segurança, desde o início do mês.
office-changed-link = { $count ->
    [one] Um evento sobre atividades desde então
   *[other] { $count } eventos sobre atividades desde então
}
office-behind = Onde estamos atrasados
office-behind-of = de { $count } células de tema e pilar estão vazias
office-behind-none = Cada pilar tem pelo menos uma atividade em cada tema.
office-behind-names = Nada registado em { $names }.
office-behind-link = Ver os temas por pilar
office-due = O que está para vencer
office-due-quarter = { $days ->
    [0] O trimestre termina hoje.
    [one] O trimestre termina amanhã, { $date }.
   *[other] O trimestre termina em { $date }, daqui a { $days } dias.
}
office-due-received = { $count ->
    [one] uma atividade
   *[other] { $count } atividades
}
office-due-nothing = ainda nada
office-asof-nothing = Até então nada estava registado.
office-asof-frozen = { $date }, evento { $position }
office-asof-latest = { $date }, evento { $position }, o mais recente
office-wps-title = { $share } das atividades servem Mulheres, Paz e Segurança
office-wps-sub = Atividades que servem um ponto da agenda em vigor na sua data, de { $from } a { $to }.
office-wps-note = { $share } destas atividades estão validadas ({ $part } de { $whole }); as outras são provisórias. { $undated ->
    [0] Todas têm data.
    [one] Mais uma não tem data conhecida e não está em nenhum trimestre.
   *[other] Mais { $undated } não têm data conhecida e não estão em nenhum trimestre.
}
office-women-title = As mulheres são { $share } das presenças
office-women-sub = Presenças com sexo conhecido, não pessoas, de { $from } a { $to }. A meta é a que o segundo PAN 1325 fixa para a tomada de decisão.
office-women-target = meta { $share }
office-women-note = { $missing ->
    [0] Todas as atividades indicam as presenças por sexo.
    [one] Uma atividade não indica as presenças por sexo e fica de fora.
   *[other] { $missing } atividades não indicam as presenças por sexo e ficam de fora.
}
office-earlier = { $share } no início do mês
office-of = { $part } de { $whole }
office-above = { $points } acima
office-below = { $points } abaixo
office-no-figure = sem valor
office-coverage-title = { $gaps ->
    [0] Todos os temas têm atividades em todos os pilares
    [one] Um tema não tem atividades num dos pilares
   *[other] { $gaps } lacunas entre temas e pilares
}
office-coverage-sub = Atividades por tema da agenda. Mais escuro quer dizer mais.
office-coverage-caption = Atividades por tema da agenda e por pilar
office-coverage-note = Uma atividade que serve dois temas conta em ambos, por isso as colunas não somam o número de atividades.
office-none-yet = ainda nenhuma
office-all = Todos
office-trend-title = Trimestre a trimestre
office-trend-sub = Proporção das atividades que servem Mulheres, Paz e Segurança, por trimestre.
office-trend-last = { $quarter } até agora
office-as-table = Mostrar em tabela
office-pillar = Pilar
office-latest = Últimos eventos por trás destes valores
office-latest-none = Ainda não foi registada nenhuma atividade.
office-history = Abrir o histórico completo
office-activities-title = Atividades
office-activities-all = Mostrar todas as atividades
office-activities-none = Nenhuma atividade corresponde. Uma lista vazia por trás de um zero é a resposta, não um erro.
office-csv = Descarregar como folha de cálculo (CSV)
office-all-pillars = todos os pilares
office-list-all = { $count ->
    [one] Uma atividade, { $pillar }.
   *[other] { $count } atividades, { $pillar }.
}
office-list-wps = { $share } das atividades servem Mulheres, Paz e Segurança: { $count } de { $whole }, { $pillar }.
office-list-theme = { $count ->
    [one] Uma atividade serve { $theme }, { $pillar }.
   *[other] { $count } atividades servem { $theme }, { $pillar }.
}
office-list-women = As mulheres são { $share } das presenças: { $women } de { $attendances }, em { $count } de { $whole } atividades que as indicam por sexo, { $pillar }.
office-list-period = De { $from } a { $to }.
office-activity = Atividade
office-when = Quando
office-where = Onde
office-serves = Serve
office-serves-wps = a agenda no seu todo
office-women-of = Mulheres nas presenças
office-of-women = { $women } de { $all }
office-not-stated = não indicado
office-state = Estado
office-date-unknown = data desconhecida
office-days = { $from } a { $to }
office-activity-facts = O que está registado
office-sources = Fontes
office-alternates = O que dizem outras fontes
office-participation = Presenças
office-participation-none = Não há presenças registadas.
office-attendances = Presenças
office-attendances-note = Contam-se presenças, não pessoas. O que a fonte não indica fica em aberto.
office-total = Total indicado
office-role = Papel
office-sex = Sexo
office-age = Idade
office-activity-events = Eventos por trás desta atividade
office-recorded = Registado em { $recorded }; aconteceu ou foi anotado, segundo quem o disse, em { $happened }.
office-withdrawn = Retirada: { $reason }
office-returned = Devolvida: { $reason }
office-member-state = Estado-membro
office-regional = A ASEAN no seu todo
office-bodies = Órgãos
office-partners = Parceiros
office-frameworks = Pontos dos quadros de referência
office-frameworks-stated = Quadros de referência, tal como a fonte os indica
office-unconfirmed = por confirmar
office-marker = Marcador de género
office-marker-unscreened = não avaliado
office-confidence = Confiança
office-in-figures = Nos valores
office-yes = sim
office-no = não
office-blank = (em branco)
office-not-a-position = «{ $text }» não é uma posição. Uma posição é um número inteiro a partir de 0.
office-not-a-day = «{ $text }» não é um dia. Escreva assim: 24/11/2026.
office-future = O registo ainda não tem o evento { $asked }. O último é o evento { $latest }.
office-before-everything = um dia antes de haver qualquer registo
office-not-ready = Os valores estão a ser feitos pela primeira vez.
office-away = Não se consegue alcançar a base de dados.

## correspondent

correspondent-list-title = { $pillar }: as minhas atualizações
correspondent-list-lead = { $count ->
    [one] Uma atividade
   *[other] { $count } atividades
}{ $waiting ->
    [0] , tudo registado.
    [one] ; uma ainda a caminho.
   *[other] ; { $waiting } ainda a caminho.
}
correspondent-list-find = Procurar nos títulos e nas referências
correspondent-list-find-go = Procurar
correspondent-list-found = { $found ->
    [0] Nenhuma das suas { $count } atividades tem «{ $find }» no título ou na referência.
    [one] Uma das suas { $count } atividades tem «{ $find }» no título ou na referência.
   *[other] { $found } das suas { $count } atividades têm «{ $find }» no título ou na referência.
}
correspondent-list-empty = Ainda nada foi comunicado. Comece por «Nova atualização».
correspondent-new = Nova atualização
correspondent-recorded-events = { $count ->
    [one] um evento registado
   *[other] { $count } eventos registados
}
correspondent-form-title = Nova atualização
correspondent-form-lead = Comunique uma atividade. Bastam um título e um tipo; deixe em aberto o que não sabe.
correspondent-form-more = Mais: como, quem, quadros de referência, marcador de género
correspondent-form-save = Guardar e submeter
correspondent-form-states = Guardado quer dizer que está aqui; recebido, que foi entregue; registado, que está no registo para sempre, com recibo.
correspondent-choose = – escolher –
correspondent-title-missing = Escreva um título
correspondent-kind-missing = Escolha que tipo de atividade foi
correspondent-wrong-choice = Escolha um da lista
correspondent-wrong-date = Escreva o dia assim: 24/11/2026, ou o mês assim: 11/2026
correspondent-wrong-number = Escreva um número inteiro, ou deixe vazio
correspondent-wrong-item = Nenhum ponto dos quadros de referência tem este código
correspondent-marker-reason-missing = Escreva porque se escolheu este marcador
correspondent-total-too-small = O total é menor do que mulheres, homens e outros em conjunto
correspondent-id-reused = Esta atualização já foi enviada com outro conteúdo. Nada mudou. Abra a sua lista para ver o que foi enviado, e comece uma nova atualização para dizer outra coisa.
correspondent-stream-held = Uma atualização anterior desta atividade foi recusada. Decida primeiro sobre essa.
correspondent-reference = Referência
correspondent-activity = Atividade
correspondent-receipt = Recibo
correspondent-what = O quê
correspondent-state = Estado
correspondent-position = Evento
correspondent-recorded-at = Registado
correspondent-leaf = Hash da folha
correspondent-next = Os valores incluem-no um instante depois de registado. O hash da folha é a impressão digital com que qualquer pessoa pode mostrar mais tarde que esta entrada não foi alterada.
correspondent-back = Voltar às minhas atualizações
correspondent-history = Histórico
correspondent-recorded-on = Registado em { $time }
correspondent-revise-title = Rever esta atividade
correspondent-correct-title = Corrigir esta atividade
correspondent-revise-lead = O que alterar é registado como nova revisão e submetido de novo; o que estava registado antes continua visível.
correspondent-counts-finer = Algumas contagens registadas não são exatas, o que este formulário não sabe mostrar. Deixe as contagens vazias para as manter.
correspondent-changed-since = Alguém alterou esta atividade desde que abriu o formulário. Ao lado de cada campo diferente está o que agora consta do registo; o que enviar a seguir é escolha sua.
correspondent-now-on-record = Agora no registo: «{ $value }»
correspondent-submit = Submeter à Direção-Geral
correspondent-submit-words = A revisão que aqui se mostra é a que a Direção-Geral lê.
correspondent-submit-button = Submeter
correspondent-withdraw = Retirar
correspondent-withdraw-words = Sai de todos os valores, e continua a poder ler-se com o seu motivo.
correspondent-withdraw-button = Retirar
correspondent-reason = Motivo
correspondent-stopped = Uma atualização não foi aceite
correspondent-stopped-words = As linhas numeradas acima são o que está no registo; as linhas sem número são o que disse e o registo não aceitou, com o motivo. O que vem a seguir fica retido. Leia ambas, ponha a sua de parte, e diga de novo o que ainda vale.
correspondent-stopped-button = Pôr a minha de parte e decidir de novo

item-saved = Guardado
item-received = Recebido
item-recorded = Registado
item-refused = Recusado
item-quarantined = Posto de parte
item-held = Retido
item-abandoned = Substituído

update-saved-title = Guardado
update-saved = Está guardado aqui e será entregue assim que a rede o permitir. Pode fechar esta página.
update-received-title = Recebido
update-received = Foi entregue e espera ser registado.
update-recorded-title = Registado
update-recorded = Está no registo. Esta página é o seu recibo.
update-refused-title = Recusado
update-refused = Uma regra recusou-o. Nada disto conta; leia o motivo e decida de novo.
update-quarantined-title = Posto de parte
update-quarantined = Não pôde ser aceite. Está guardado com o motivo; leia-o e decida de novo.
update-held-title = Retido
update-held = Uma atualização anterior da mesma atividade foi recusada. Esta espera pela sua decisão.
update-abandoned-title = Substituído
update-abandoned = Em vez disto, foi dita outra coisa.

field-title = Título
field-language = Língua do título e do resumo
field-kind = Tipo de atividade
field-occurrence = Realizou-se?
field-starts = Primeiro dia
field-starts-hint = 24/11/2026, ou 11/2026 quando só se sabe o mês
field-ends = Último dia
field-ends-hint = Deixe vazio se não se sabe
field-summary = De que tratou
field-place = Edifício ou sala
field-city = Cidade
field-country = País
field-themes = O que serve: Mulheres, Paz e Segurança
field-themes-hint = Escolha todos os que se aplicam, ou nenhum
field-women = Mulheres
field-women-hint = Presenças, não pessoas
field-men = Homens
field-others = Outro ou não revelado
field-total = Total, como indicado
field-total-hint = Só se foi indicado um total
field-mode = Como se reuniram
field-member_state = Estado-membro
field-body = Órgão da ASEAN
field-partners = Parceiros
field-partners-hint = Separe vários com ;
field-items = Outros pontos dos quadros de referência
field-items-hint = Escolha da lista ou escreva um código, um em cada linha; primeiro vem o que o pilar mais usa
field-marker = Marcador de género
field-marker_reason = Porquê este marcador
field-source = De onde se sabe isto
field-source-hint = Um endereço; separe vários com ;
field-reason = Motivo da correção
field-reason-hint = Obrigatório: foi validada, e continua visível como estava

language-en = English
language-pt = Português
language-tet = Tetun
language-id = Bahasa Indonesia

correspondent-draft = Rascunho
correspondent-draft-save = Guardar como rascunho
correspondent-draft-saved = Guardado como rascunho às { $time }
correspondent-draft-kept = Guardado em { $time }
correspondent-draft-continue = Continuar
correspondent-draft-discard = Deitar fora
correspondent-draft-untitled = Sem título
correspondent-drafts-full = Tem { $count } rascunhos, que é quantos se guardam. Deite um fora na sua lista e guarde depois este.

correspondent-id-reused-choose = Esta atualização já foi enviada com outro conteúdo. Ao lado de cada campo diferente está o que foi enviado antes, que não muda. Se o que tem aqui é coisa nova, envie-o como nova atualização.
correspondent-sent-before = Enviado antes: «{ $value }»
correspondent-see-sent-before = Ver o que foi enviado antes
correspondent-send-as-new = Enviar como nova atualização

offline-saved-copy = Cópia guardada de { $time }. Está sem ligação.
offline-title = Atualizações neste telemóvel
offline-waiting = Guardado neste telemóvel
offline-sending = A enviar
offline-recorded = Registado
offline-attention = Precisa da sua atenção
offline-away = Sem ligação. É enviado quando voltar aqui com ligação.
offline-unknown = Ainda não sabemos se isto ficou registado. É seguro enviar outra vez, e isso faz-se por si.
offline-sign-in = Inicie sessão para enviar o que aqui espera. Nada se perde.
offline-stopped = Não entrou no registo. O recibo diz porquê.
offline-mend = Abrir e emendar
offline-sure = Deitar fora esta atualização? Não ficou registada, e o que escreveu perde-se.
offline-send-now = Enviar agora
offline-copy = Descarregar uma cópia
offline-unsafe = Este navegador pode apagar o que aqui espera quando o telemóvel ficar sem espaço. Envie em breve, ou descarregue uma cópia.
offline-kept = Guardado neste telemóvel às { $time }
offline-kept-title = Guardámos o que escreveu:

## audit

audit-title = Histórico
audit-lead = { $count ->
    [one] Há uma entrada no registo, a mais recente primeiro.
   *[other] Há { $count } entradas no registo, a mais recente primeiro.
}
audit-pillar = Pilar
audit-show = Mostrar
audit-kind = Tipo de registo
audit-kind-all = Todos os tipos
audit-on = Registado até
audit-not-a-day = "{ $text }" não é um dia. Escreva dia, mês, ano: 23/11/2026.
audit-diff-title = O que mudou
audit-diff-lead = Entre as posições { $from } e { $to }, { $entries ->
    [one] foi feito um registo
   *[other] foram feitos { $entries } registos
} e { $figures ->
    [one] mudou um número
   *[other] mudaram { $figures } números
}.
audit-diff-hint = Posições, ou dias em Díli: 23/11/2026 significa o fim desse dia.
audit-diff-from = De
audit-diff-to = Até
audit-diff-compare = Comparar
audit-diff-same = Nenhum número mudou entre estes pontos.
audit-diff-figure = Número
audit-diff-was = Era
audit-diff-is = É
audit-diff-change = Diferença
audit-diff-because = Registos que o alteraram
audit-diff-others = e mais { $count }
audit-diff-recorded = O que foi registado entretanto
audit-diff-timeline = Ver estes registos
audit-diff-note = Os números são somas de todas as datas das atividades, por pilar; presenças não são pessoas.
audit-diff-neither = "{ $text }" não é uma posição nem um dia. Escreva um número, ou dia, mês, ano: 23/11/2026.
audit-diff-future = O registo ainda não mostra a posição { $asked }; a última mostrada é { $latest }.
audit-as-of = Ver a visão geral como estava então
audit-subject = Ver a atividade como estava então
audit-none = Aqui nada foi registado.
audit-newer = Mais recentes
audit-older = Mais antigas
audit-moved = O que mudou nos números
audit-verify-title = Verificar o registo
audit-verify-lead = Cada entrada é lida e o seu resumo recalculado, cada assinatura conferida, e a árvore comparada com o que foi assinado. Fica registado que mandou verificar.
audit-verify-now = Verificar agora
audit-verify-never = Desde o arranque, ninguém mandou verificar o registo aqui.
audit-verify-runs = O registo está a ser verificado. Esta página acompanha.
audit-verify-whole = { $entries ->
    [one] O registo está íntegro: a sua única entrada é o que foi assinado e registado.
   *[other] O registo está íntegro: todas as { $entries } entradas são o que foi assinado e registado.
}
audit-verify-altered = O registo foi alterado, primeiro na posição { $position }. Pare o gravador, conserve a base de dados como está e compare com a cópia de segurança mais recente e com a testemunha.
audit-verify-unread = Não foi possível ler o registo, por isso nada se sabe. Tente de novo e, se voltar a acontecer, mande ver a base de dados.
audit-verify-is-whole = Íntegro
audit-verify-is-altered = Alterado
audit-verify-is-unread = Não se sabe
audit-verify-began = Começou
audit-verify-ended = Terminou
audit-verify-entries = Entradas
audit-verify-streams = Fluxos, cada um sem falhas
audit-verify-keys = Chaves que assinaram
audit-verify-checkpoints = Pontos de controlo que conferem
audit-verify-signed = Entradas no ponto de controlo mais recente
audit-verify-witnessed = Entradas cossinadas por testemunhas
audit-verify-no-pillar = De nenhum pilar
audit-verify-gap = Números de uma chave que não estão registados
audit-verify-root = Raiz da árvore
audit-bundle = Provas para levar
audit-bundle-words = Entradas com as suas provas, o ponto de controlo, a política, os formatos e um segundo verificador num só ficheiro, com uma página que diz como conferi-lo sem nós. Fica registado que o levou.
audit-bundle-get = Descarregar o conjunto
audit-bundle-hint = Posições, no máximo 1000 de cada vez. O registo inteiro é dado em ficheiros, abaixo.
audit-bundle-wrong = "{ $text }" não é uma posição. Escreva um número.
audit-bundle-too-many = Indique duas posições, a primeira não depois da última, com no máximo { $most } entradas entre elas.
audit-without-us = Numa máquina sua
audit-without-us-words = O que se verifica aqui é verificado por quem guarda o registo. Para não confiar em ninguém, copie-o em ficheiros e verifique esses, com a chave do registo dada por uma testemunha.
audit-previous = Evento anterior
audit-next = Evento seguinte
audit-when = Registado em { $recorded }; anotado em { $happened }.
audit-attested-server = assinado por um servidor
audit-event-title = Evento { $position }: { $what }
audit-verdict = Verificado agora
audit-verdict-good = Os bytes guardados dão o hash da folha abaixo, e foram exatamente eles que a chave indicada pelo registo assinou.
audit-verdict-signature = O hash da folha está certo, mas nenhuma chave que o registo indique para ela assinou estes bytes.
audit-verdict-leaf = Os bytes guardados não dão o hash da folha guardado: esta entrada foi alterada.
audit-position = Posição
audit-recorded-at = Registado
audit-happened-at = Anotado por quem publicou
audit-event-id = Evento
audit-stream = Fluxo e versão
audit-leaf = Hash da folha
audit-signature = Assinatura (Ed25519)
audit-key = Chave e a sua sequência
audit-actor = Conta
audit-receipt = Recibo
audit-receipt-words = A entrada, o seu lugar no registo e a assinatura do registo num só ficheiro. Qualquer pessoa o pode verificar com “tais verify receipt”, sem nós e sem rede.
audit-receipt-get = Descarregar o recibo
audit-receipt-not-yet = O recibo fica pronto dentro de um minuto, quando o registo assinar o seu próximo ponto de controlo.
audit-bytes = O que foi assinado
audit-bytes-words = Com recuos para se ler; a prova são os bytes exatos, tal como estão guardados.

## domain

stream-activity = atividades
stream-commitment = compromissos
stream-indicator = indicadores
stream-forum = Fórum
stream-obligation = relatórios devidos
stream-report = relatórios trimestrais
stream-refusal = recusas
stream-security = segurança
stream-registry = registo de chaves e funções
measure-activities = Atividades
measure-validated = Atividades validadas
measure-wps-activities = Atividades que servem a agenda MPS
measure-coverage = Atividades para
measure-body-activities = Atividades de
measure-attendances = Presenças
measure-sex-stated = Atividades com dados por sexo
measure-sex-missing = Atividades sem dados por sexo
measure-marker-screened = Atividades avaliadas com o marcador de género
measure-marker-focused = Atividades marcadas 1 ou 2
pillar-apsc = Político-Segurança
pillar-aec = Económico
pillar-ascc = Sociocultural

publisher-apsc = Correspondente APSC
publisher-aec = Correspondente AEC
publisher-ascc = Correspondente ASCC
publisher-office = Gabinete para os Assuntos da ASEAN
publisher-audit = Auditores
publisher-log = O próprio registo

state-reported = Comunicada
state-submitted = Submetida
state-returned = Devolvida
state-validated = Validada
state-acknowledged = Confirmada
state-withdrawn = Retirada

kind-meeting = Reunião
kind-training = Formação
kind-workshop = Oficina
kind-forum-session = Sessão do Fórum
kind-negotiation = Negociação
kind-policy-adoption = Adoção de política
kind-ratification = Ratificação
kind-mission = Missão
kind-mentoring = Mentoria
kind-reporting = Relatório
kind-campaign = Campanha ou lançamento

occurrence-planned = Planeada
occurrence-held = Realizou-se

mode-in-person = Num só lugar
mode-online = Em linha
mode-hybrid = Ambos

marker-0 = 0: a igualdade de género não é visada
marker-1 = 1: um objetivo significativo
marker-2 = 2: o objetivo principal

confidence-stated = indicado pela fonte
confidence-partly-inferred = em parte deduzido do contexto

qualifier-at-least = pelo menos { $number }
qualifier-about = cerca de { $number }

participant-participant = Participante
participant-speaker = Orador
participant-facilitator = Facilitador
participant-head-of-delegation = Chefe de delegação
participant-decision-maker = Decisor

sex-female = Feminino
sex-male = Masculino
sex-other = Outro ou não revelado

age-under-30 = Menos de 30
age-30-59 = 30 a 59
age-60-plus = 60 ou mais
age-unknown = Não se sabe

event-unknown = Um evento que este programa não conhece
event-activity-reported = Comunicada
event-activity-revised = Revista
event-activity-participation-recorded = Presenças registadas
event-activity-document-attached = Documento anexado
event-activity-outcome-recorded = Resultado registado
event-activity-submitted = Submetida
event-activity-returned = Devolvida
event-activity-validated = Validada
event-activity-acknowledged = Confirmada
event-activity-withdrawn = Retirada
event-commitment-made = Compromisso: assumido
event-commitment-progressed = Compromisso: em progresso
event-commitment-fulfilled = Compromisso: cumprido
event-commitment-extended = Compromisso: prorrogado
event-commitment-lapsed = Compromisso: caducado
event-indicator-defined = Indicador: definido
event-indicator-baseline-set = Indicador: base fixada
event-indicator-target-set = Indicador: meta fixada
event-indicator-measured = Indicador: medido
event-indicator-corrected = Indicador: corrigido
event-forum-session-held = Fórum: sessão realizada
event-forum-member-joined = Fórum: novo membro
event-forum-mentorship-started = Fórum: mentoria iniciada
event-forum-mentorship-completed = Fórum: mentoria concluída
event-forum-erasure-asked = Fórum: apagamento pedido
event-forum-person-erased = Fórum: pessoa apagada
event-obligation-scheduled = Obrigação: agendada
event-obligation-met = Obrigação: cumprida
event-obligation-missed = Obrigação: falhada
event-report-prepared = Relatório: preparado
event-report-sealed = Relatório: selado
event-report-presented = Relatório: apresentado
event-report-restated = Relatório: reformulado
event-refusal-refused = Recusa: recusado
event-security-signed-in = Segurança: entrada
event-security-sign-in-failed = Segurança: entrada falhada
event-security-denied = Segurança: acesso negado
event-security-identity-tied = Segurança: entra pelo fornecedor de identidade
event-security-identity-untied = Segurança: já não entra pelo fornecedor de identidade
event-security-exported = Segurança: exportação
event-security-verified = Segurança: verificação
event-registry-genesis = Registo de chaves: génese
event-registry-item-adopted = Registo de chaves: ponto adotado
event-registry-item-confirmed = Registo de chaves: ponto confirmado
event-registry-item-superseded = Registo de chaves: ponto substituído
event-registry-item-retired = Registo de chaves: ponto retirado
event-registry-key-registered = Registo de chaves: chave registada
event-registry-key-rotated = Registo de chaves: chave renovada
event-registry-key-revoked = Registo de chaves: chave revogada
event-registry-role-granted = Registo de chaves: função atribuída
event-registry-role-revoked = Registo de chaves: função revogada

refusal-not-allowed = Isto não se pode dizer aqui, ou não na sua função.
refusal-wrong-pillar = Isto pertence a outro pilar.
refusal-already-begun = Este identificador já está em uso. Comece um novo.
refusal-not-begun = Ainda nada foi comunicado com este identificador.
refusal-version-conflict = Alguém foi mais rápido. Leia o que mudou e decida de novo.
refusal-builds-on-refused = Assenta no que foi enviado com ele e foi recusado. Decida de novo com base no que está registado.
refusal-closed = Está fechada. Nada se pode seguir.
refusal-title-missing = Escreva um título em pelo menos uma língua.
refusal-reason-missing = Indique um motivo.
refusal-unknown-code = Os dados de referência não têm este código. Escolha um da lista.
refusal-ends-before-starts = O último dia é anterior ao primeiro.
refusal-tagged-exceeds-budget = A parte destinada à igualdade de género excede o orçamento.
refusal-nothing-counted = Indique uma contagem, um total ou um valor declarado.
refusal-cell-twice = O mesmo papel, sexo e faixa etária aparece duas vezes.
refusal-cells-exceed-total = As contagens somam mais do que o total.
refusal-not-sha256 = Um documento conhece-se pelo seu SHA-256: 64 algarismos hexadecimais.
refusal-revision-changed = Agora vale outra revisão. Leia-a de novo.
refusal-already-submitted = Esta revisão já está submetida.
refusal-not-submitted = Não está submetida, por isso não pode ser devolvida nem validada.
refusal-not-validated = Não está validada, por isso não pode ser confirmada.
refusal-own-submission = Ninguém valida o que submeteu. Tem de ser outra pessoa.
refusal-correction-unnamed = Uma correção indica a validação que corrige.
refusal-not-later = O novo prazo tem de ser posterior ao atual.
refusal-second-person-missing = Chaves e funções só mudam com a aprovação de uma segunda pessoa.
refusal-key-mismatch = O identificador da chave não resulta da chave, ou a chave já está registada.
refusal-key-invalid = A chave é desconhecida ou já não é válida.
refusal-log-key-only-rotates = A chave do próprio registo não recebe outra ao lado nem é revogada: é substituída.
refusal-key-not-held = O gravador não tem a próxima chave do registo: ponha primeiro o ficheiro dela onde o gravador corre.
refusal-pillar-of-role = Um correspondente tem exatamente um pilar; nenhuma outra função tem algum.
refusal-missing = Preencha este campo.
refusal-not-a-figure = Escreva um número como 36.9, ou uma parte e um todo que não seja menor.
refusal-nothing-to-correct = Nada foi dito aqui com esse identificador. Indique o que estava errado.
refusal-oversized = É maior do que 256 KiB. Anexe os documentos pelo seu hash.
refusal-too-deep = Tem mais níveis do que se aceita.
refusal-malformed = Não é um evento que se possa ler.
refusal-unknown-type = O seu tipo não é um dos do contrato.
refusal-future-version = É de uma versão mais nova do que este programa conhece.
refusal-wrong-shape = Um dos seus campos não tem a forma do seu tipo.
refusal-contradiction = Contradiz-se a si próprio.
refusal-wrong-subject = Veio por um assunto a que não pertence.
refusal-wrong-key = Indica uma chave diferente da que o assinou.
refusal-no-signature = Não traz assinatura.
refusal-bad-signature = Nenhuma chave válida o assinou: foi alterado, ou a chave não está registada.
refusal-id-reused = O seu identificador já foi usado para outra coisa.
refusal-key-sequence-reused = Outro evento já tem o seu lugar na sequência da chave.

role-correspondent = correspondente
role-director = Direção-Geral
role-office = Gabinete do Vice-Ministro
role-auditor = auditor
role-administrator = administrador

## desk

desk-title = À sua espera
desk-lead = { $count ->
    [0] Nada espera pela sua decisão.
    [one] Uma atividade espera pela sua decisão, a mais antiga primeiro.
   *[other] { $count } atividades esperam pela sua decisão, as mais antigas primeiro.
}
desk-nothing = Quando um correspondente submete uma atividade, ela aparece aqui.
desk-to-validate = Validar ou devolver
desk-to-acknowledge = Confirmar
desk-open = Decidido, ainda sem recibo
desk-on-its-way = Uma decisão anterior sobre esta atividade está a caminho. Espere pelo seu recibo.
desk-held = Uma decisão anterior sobre esta atividade não foi registada. Leia primeiro porquê na página dela.
desk-stopped = Esta decisão não foi registada. Feche-a, leia a atividade como está agora, e decida de novo.
desk-stopped-button = Já li
desk-validate = Validar
desk-validate-words = Confirma o conteúdo tal como aqui o lê. Passa então a contar como validado em todos os valores.
desk-note = Nota (facultativa)
desk-validate-button = Validar
desk-acknowledge = Confirmar
desk-acknowledge-words = O Vice-Ministro tomou nota do conteúdo validado.
desk-acknowledge-button = Confirmar
desk-return = Devolver
desk-return-words = O correspondente lê o motivo e submete de novo. O autor continua a ser o autor.
desk-return-button = Devolver com este motivo

# A importação de folhas de cálculo: nomes de colunas, o que está errado num ficheiro ou numa linha, e as páginas.
column-reference = Referência
column-pillar = Pilar
column-title = Título
column-kind = Tipo de atividade
column-occurrence = Planeada ou realizada
column-starts = Primeiro dia
column-ends = Último dia
column-summary = Resumo
column-place = Edifício ou sala
column-city = Cidade
column-country = País
column-member-state = Estado-membro
column-mode = Como se reuniram
column-bodies = Órgãos da ASEAN
column-partners = Parceiros
column-themes = Temas MPS
column-frameworks = Pontos dos quadros de referência
column-marker = Marcador de género
column-marker-reason = Porquê este marcador
column-women = Mulheres
column-men = Homens
column-others = Outro ou não revelado
column-total = Total
column-budget = Orçamento em dólares americanos
column-budget-stated = Orçamento noutra moeda, por palavras
column-source = Fonte
column-confidence = Confiança

file-empty = Não há nele nenhuma linha abaixo de um cabeçalho.
file-too-large = É maior do que { $max } MiB. Divida-o em vários ficheiros.
file-too-much-text = As atividades têm mais de { $max } MiB de texto. Divida-o em vários ficheiros.
file-kind = Não se leem ficheiros deste tipo ({ $what }). Guarde-o como .xlsx ou como CSV.
file-encoding = Não se distinguem as suas letras. Guarde-o como «CSV UTF-8» ou como .xlsx.
file-too-many-rows = Tem mais de { $max } linhas. Divida-o em vários ficheiros.
file-too-many-columns = Tem mais de { $max } colunas. Retire as que não são precisas.
file-too-many-parts = O livro tem mais de { $max } partes. Copie a folha para um livro novo.
file-inflated = O livro descomprimido tem mais de { $max } MiB. Copie só as linhas precisas para um livro novo.
file-ratio = O livro descomprimido é mais de { $max } vezes maior, como em ficheiros feitos para causar dano. Copie as linhas para um livro novo.
file-too-many-texts = O livro anuncia mais de { $max } textos. Copie as linhas para um livro novo.
file-part-name = Uma parte do livro tem um nome que não é permitido: { $name }
file-entities = Declara um tipo de documento ou entidades ({ $name }), que não se aceitam.
file-too-deep = Os seus elementos estão encaixados a mais de { $max } níveis.
file-too-long = Um texto na linha { $line } tem mais de { $max } caracteres.
file-iati-version = A versão { $version } da IATI não se lê; leem-se 2.01 a 2.03 e 1.01 a 1.05.
file-not-iati = Este XML não é um ficheiro de atividades da IATI.
file-header-formula = O cabeçalho tem uma fórmula, na linha { $row }, coluna { $column }. Ponha lá o próprio nome.
file-broken = O ficheiro está danificado: { $why }

problem-missing = Esta célula está vazia, e sem ela a linha não pode ser aceite.
problem-formula = Isto é uma fórmula. Ponha o valor no seu lugar.
problem-fault = A folha tem aqui um erro: { $value }
problem-too-long = Isto tem mais de { $max } caracteres.
problem-row-too-long = A linha tem mais de { $max } bytes de texto.
problem-too-many-cells = A linha tem mais células do que o cabeçalho tem nomes.
problem-twice = A mesma referência está na linha { $line }.
problem-unknown-pillar = «{ $value }» não é APSC, AEC nem ASCC.
problem-other-pillar = Esta linha pertence a { $pillar }. Importa-a o seu próprio correspondente.
problem-unknown-kind = «{ $value }» não é um tipo de atividade conhecido.
problem-unknown-state = «{ $value }» não é um Estado-membro da ASEAN.
problem-unknown-word = «{ $value }» não é uma palavra que aqui se conheça.
problem-wrong-date = «{ $value }» não é um dia. Escreva 24/11/2026, ou 11/2026 quando só se sabe o mês.
problem-wrong-number = «{ $value }» não é um número inteiro.
problem-wrong-amount = «{ $value }» não é um valor em dólares americanos. Escreva 1234.50, ou deixe a coluna de fora.
problem-wrong-marker = «{ $value }» não é um marcador de género. É 0, 1 ou 2.
problem-marker-reason-missing = Um marcador de género precisa do seu motivo.
problem-marker-missing = Há um motivo, e nenhum marcador de género.
problem-held = Uma atualização anterior desta atividade foi recusada. Decida primeiro sobre essa.
problem-finer-counts = O registo conta isto com mais pormenor do que um só número. Altere-o pela interface de programação, ou deixe esta célula vazia.

import-title = Importar uma folha de cálculo
import-lead = Muitas atividades de uma vez, de uma folha de cálculo ou de um ficheiro IATI. Vê o que mudaria antes de se guardar alguma coisa.
import-file = Ficheiro
import-file-hint = .xlsx ou CSV até { $max } MiB, XML da IATI até { $xml } MiB
import-file-missing = Escolha um ficheiro
import-file-unread = «{ $name }» não foi lido. { $why }
import-read = Ler o ficheiro
import-template = Descarregar uma folha vazia (CSV)
import-rules = Cada linha precisa de uma referência, pela qual se reconhece, e de um título. Uma célula vazia não muda nada. As fórmulas não se leem. Um ficheiro que não importe é apagado ao fim de um dia.
import-full = Há demasiados ficheiros à espera. Termine um dos seus, ou tente amanhã.
import-check-title = Verificar antes de importar
import-check-lead = { $name } ({ $sheet }), { $count ->
    [one] uma linha
   *[other] { $count } linhas
}. Ainda nada foi guardado.
import-missing = Não se encontrou coluna para: { $fields }. Diga abaixo que coluna é; o tipo também se pode escolher para todas as linhas.
import-count-new = Novas: { $count }
import-count-changed = Alteradas: { $count }
import-count-unchanged = Sem alteração: { $count }
import-count-wrong = Com erros: { $count }
import-wrong-heading = { $count ->
    [one] Uma linha não pode ser aceite
   *[other] { $count } linhas não podem ser aceites
}
import-wrong-words = Corrija-as no ficheiro e importe-o de novo. As outras podem ser importadas já: uma linha nunca conta duas vezes.
import-heading-new = { $count ->
    [one] Uma atividade nova
   *[other] { $count } atividades novas
}
import-heading-changed = { $count ->
    [one] Uma atividade muda
   *[other] { $count } atividades mudam
}
import-more = E mais { $count } que aqui não se mostram
import-row = Linha { $line }
import-column = Coluna { $letters }, { $name }:
import-nothing = nada
import-corrects = Foi validada. A alteração é uma correção, que precisa de motivo.
import-reason = Motivo das correções
import-reason-hint = Fica com cada correção desta importação
import-reason-missing = Escreva o motivo das correções
import-choose-some = Escolha pelo menos uma linha
import-commit = Importar as linhas escolhidas
import-another = Importar outro ficheiro
import-columns = Colunas: o que diz cada uma
import-columns-words = A sua escolha fica para o próximo ficheiro com o mesmo cabeçalho.
import-language = Língua dos títulos e resumos
import-kind = Tipo de atividade, quando a linha não o indica
import-no-column = – não está no ficheiro –
import-check-again = Verificar de novo
import-working-title = A importar
import-done-title = Importado
import-interrupted-title = A importação foi interrompida
import-interrupted = O que foi guardado está seguro. As linhas à espera podem continuar.
import-go-on = Continuar
import-progress-lead = { $name }: { $count ->
    [one] uma linha escolhida
   *[other] { $count } linhas escolhidas
}
import-look-again = Algumas linhas mudaram no registo depois de as ver, ou já não podem ser aceites. Veja e escolha de novo:
import-fate-waiting = À espera
import-fate-unchanged = Nada a alterar
import-fate-stale = Mudou entretanto
import-fate-wrong = Não aceite
file-too-many-cells = Tem mais de { $max } células. Divida-o em vários ficheiros.

## Início de sessão, palavra-passe, e passos que a pedem outra vez

sign-in-wait = { $minutes ->
    [one] Demasiadas tentativas falhadas com este nome. Espere um minuto e tente de novo.
   *[other] Demasiadas tentativas falhadas com este nome. Espere { $minutes } minutos e tente de novo.
}
sign-in-to-send = A sua sessão terminou. O que escreveu está guardado: inicie sessão e envie-o na página seguinte.
send-again-title = Enviar o que escreveu
send-again-lead = A sua sessão está iniciada. O que escreveu antes continua aqui. Ainda nada foi guardado.
send-again-stale = Esta página foi aberta numa sessão anterior, por isso nada foi guardado. O que escreveu continua aqui.
send-again-now = Enviar agora
send-again-not = Não enviar
confirmation-title = Indique a sua palavra-passe outra vez
confirmation-lead = Este passo fica no registo em seu nome. O que escreveu está guardado.
confirmation-go-on = Continuar
password-title = Mudar a palavra-passe
password-lead = Todas as suas outras sessões terminam, em todos os aparelhos.
password-present = Palavra-passe atual
password-new = Palavra-passe nova
password-hint = Pelo menos 12 caracteres. Algumas palavras que só a si ocorreria juntar são uma boa escolha.
password-again = Palavra-passe nova, outra vez
password-change = Mudar a palavra-passe
password-wrong = Esta não é a sua palavra-passe.
password-differs = As duas palavras-passe novas não são iguais.
password-too-short = A palavra-passe nova é demasiado curta: precisa de pelo menos 12 caracteres.
password-too-long = A palavra-passe nova é demasiado longa: bastam 256 caracteres.
password-too-plain = A palavra-passe nova contém o seu nome, ou repete um só carácter: escolha outra.
password-same = A palavra-passe nova é a que já tem: escolha outra.
failure-too-many-attempts-title = Demasiadas tentativas
failure-too-many-attempts-what = Falharam demasiados inícios de sessão com este nome.
failure-too-many-attempts-next = Espere o tempo que a resposta indica e tente de novo. Se não foi você, avise um administrador.
failure-password-change-needed-title = A primeira palavra-passe tem de ser mudada
failure-password-change-needed-what = Esta conta ainda tem a palavra-passe com que foi entregue.
failure-password-change-needed-next = Inicie sessão nas páginas e mude-a.
failure-confirmation-needed-title = A palavra-passe é precisa outra vez
failure-confirmation-needed-what = Este passo só é dado por quem indicou a palavra-passe há pouco.
failure-confirmation-needed-next = Indique a palavra-passe e continue.

## Contas e funções

accounts-title = Contas
accounts-lead = Quem pode iniciar sessão, e que função o registo lhe atribui. Dois administradores atribuem uma função: um pede, o outro atribui.
accounts-granted = Função atribuída
accounts-asked = Espera por um segundo administrador
accounts-not-granted = Sem função
accounts-on-its-way-chip = A ser registado
accounts-on-its-way = Outra mudança de chaves ou funções está a ser registada. Veja de novo daqui a pouco.
accounts-asked-by = Pedida por { $name }
accounts-asked-by-you = Foi você que a pediu: outro administrador a atribui.
accounts-nobody-asked = Ninguém pediu esta função. Um administrador pede, outro atribui.
accounts-change = Alterar
accounts-grant = Atribuir a função
accounts-grant-words = Os dois nomes ficam no registo.
accounts-ask = Pedir a função de novo
accounts-reason = Porque é retirada a função
accounts-revoke = Retirar a função
accounts-reset = Nova primeira palavra-passe
accounts-first-password = A primeira palavra-passe de { $name }. Só é mostrada esta vez: entregue-a em mão. Tem de ser mudada no primeiro início de sessão.
accounts-make = Conta nova
accounts-make-button = Criar a conta
accounts-name-hint = 2 a 40 letras minúsculas, algarismos, pontos ou hífenes
accounts-wrong-name = Isto não serve de nome para uma conta: use 2 a 40 letras minúsculas, algarismos, pontos ou hífenes, começando por uma letra.
accounts-name-taken = Alguém já tem este nome: escolha outro.
accounts-role = Função
accounts-pillar = Pilar
accounts-pillar-hint = Para um correspondente, e para mais ninguém

# The participation grid
grid-title = Por papel, sexo e idade
grid-hint = Só se souber. A soma é a dos números acima: deixe-os vazios, ou iguais.
grid-sums = A grelha: mulheres %, homens %, outro ou não revelado %
correspondent-grid-wrong = «{ $value }» não é um número inteiro: escreva algarismos na grelha, ou deixe o lugar vazio
correspondent-grid-differs = Escreveu { $typed }, e a grelha soma { $sum }. Ponha quem falta em «Não se sabe», ou corrija um dos dois.
field-total_is = O total é
total-is-exact = exato
total-is-at-least = pelo menos este número
total-is-about = cerca deste número

# Commitments, indicators and obligations
nav-commitments = Compromissos
nav-indicators = Indicadores
nav-obligations = Obrigações
record-title-commitment = Compromissos
record-title-indicator = Indicadores
record-title-obligation = Relatórios a entregar
record-lead-commitment =
    { $count ->
        [0] Ainda não há compromissos
        [one] Um compromisso, { $open } em aberto, { $late } em atraso
       *[other] { $count } compromissos, { $open } em aberto, { $late } em atraso
    }
record-lead-indicator =
    { $count ->
        [0] Ainda não há indicadores
        [one] Um indicador
       *[other] { $count } indicadores
    }
record-lead-obligation =
    { $count ->
        [0] Ainda não há nada a entregar
        [one] Um relatório, { $open } por entregar, { $late } em atraso
       *[other] { $count } relatórios, { $open } por entregar, { $late } em atraso
    }
record-none-commitment = Ainda nada foi prometido, ou nada neste pilar.
record-none-indicator = Ainda não foi definido nenhum indicador, ou nenhum neste pilar.
record-none-obligation = Ainda não foi marcado nenhum relatório, ou nenhum neste pilar.
record-all-pillars = Todos os pilares
record-calendar = Juntar a um calendário (.ics)
record-save = Guardar
record-waits = Foi guardado e está a caminho do registo. Esta página volta a ver por si.
record-history = História
record-measurements = Medições
record-was = era
record-all-ages = Todas as idades
record-ratio = { $part } de { $whole } ({ $percent })
record-due = Prazo: { $due }.
record-due-moved = Prazo: { $due }; o primeiro era { $first }.
record-baseline = Partiu de { $value } ({ $when }).
record-target = A meta é { $value } até { $by }.
record-latest = Agora { $value } ({ $quarter }).
record-direction-rising = Mais é melhor
record-direction-falling = Menos é melhor
record-state-open = Em aberto
record-state-overdue = Em atraso
record-state-fulfilled = Cumprido
record-state-lapsed = Caducado
record-state-met = Entregue
record-state-missed = Não entregue
record-state-moved = Evolui como devia
record-state-not-moved = Não evolui como devia
record-state-not-measured = Ainda não medido
record-state-measured = Medido
record-act-commitment = Novo compromisso
record-act-indicator = Novo indicador
record-act-obligation = Novo relatório a entregar
record-act-progress = Registar progresso
record-act-fulfilment = Cumprido
record-act-extension = Prolongar
record-act-lapse = Desistir
record-act-measurement = Registar uma medição
record-act-baseline = Fixar o valor de partida
record-act-target = Fixar a meta
record-act-correction = Corrigir um valor
record-act-miss = Não entregue
records-wrong-day = Escreva o dia assim: 24/11/2026
field-record-text = O que se promete
field-record-pillar = Pilar
field-record-due = Prazo
field-record-due-hint = O dia, como 24/11/2026
field-record-origin = De onde vem
field-record-origin-hint = Uma reunião, um instrumento, um parágrafo de observações finais
field-record-owner = Quem o deve cumprir
field-record-owner-hint = Escolha uma organização ou escreva um nome
field-record-frameworkItems = Pontos dos quadros que serve
field-record-frameworkItems-hint = Códigos, separados por ;
field-record-frameworkItem = Ponto do quadro
field-record-note = O que foi feito
field-record-on = Dia
field-record-on-hint = Como 24/11/2026
field-record-evidence = O que o comprova
field-record-code = Código
field-record-code-hint = Curto, e só uma vez no registo
field-record-unit = Unidade
field-record-unit-hint = Como percentagem, pessoas
field-record-direction = Para onde deve ir
field-record-value = Valor
field-record-value-hint = Um número como 36.9, ou uma parte de um todo como 24/65
field-record-asOf = Referente a
field-record-asOf-hint = Como a fonte o diz: um ano, um trimestre, um dia
field-record-by = Até
field-record-by-hint = O dia, como 24/11/2026
field-record-quarter = Trimestre
field-record-corrects = O que estava errado
field-record-disaggregation = O mesmo por sexo e idade
field-record-recipient = A quem se entrega
field-record-reference = Referência
field-record-reference-hint = O número ou o endereço
field-record-title = Título
field-record-source = Fonte
field-record-source-hint = Quem o diz: um nome ou um endereço
field-record-reason = Motivo
field-record-language = Língua do texto

# More of the update's form
field-lead = Dirigida por
field-lead-hint = Escolha uma organização ou escreva um nome
field-counterparts = Homólogos: de que Estados participaram os correspondentes
field-municipality = Município
field-budget = Orçamento previsto em dólares americanos
field-budget-hint = Só algarismos, como 1234.50
correspondent-form-promised = Um compromisso assumido ali
field-commitment = O que se promete
field-commitment-hint = Outros podem ser assumidos em "O que há a fazer", na sua lista
field-commitment_due = Até quando
field-commitment_due-hint = O dia, como 24/11/2026
field-commitment_owner = Quem o deve cumprir
field-commitment_owner-hint = Escolha uma organização ou escreva um nome
correspondent-wrong-amount = Escreva o montante só com algarismos, como 1234.50

# The Forum

nav-forum = Fórum
forum-title = Fórum de Mulheres na Liderança e Diplomacia
forum-lead = { $sessions ->
    [one] Uma sessão
   *[other] { $sessions } sessões
}, { $members ->
    [one] um membro
   *[other] { $members } membros
}, { $lasting ->
    [one] uma mentoria em curso
   *[other] { $lasting } mentorias em curso
}.
forum-sessions = Sessões
forum-members = Membros
forum-mentorships = Mentorias
forum-no-sessions = Ainda não foi registada nenhuma sessão.
forum-no-members = Ainda ninguém aderiu.
forum-no-mentorships = Ainda não começou nenhuma mentoria. Inscreva primeiro os membros.
forum-names-hidden = Nomes e contactos não estão no registo. A Direção e o gabinete podem vê-los.
forum-joined = Aderiu
forum-mentor-and-mentee = Mentora e mentoranda
forum-person = Pessoa { $id }
forum-pair = { $mentor } orienta { $mentee }
forum-erased = Apagado
forum-since = Desde { $date }.
record-state-held = Realizada
record-state-member = Membro
record-state-erasure-asked = Por apagar
record-state-erased = Apagado
record-state-lasting = Em curso
record-state-completed = Concluída
record-act-sessions = Registar uma sessão
record-act-members = Inscrever um membro
record-act-mentorships = Iniciar uma mentoria
record-act-completion = Concluir a mentoria
record-act-erasure-request = Pedir que se apaguem nome e contacto
record-act-erasure = Confirmar o apagamento
record-erasure-hint = O nome e o contacto saem do cofre para sempre; o registo conserva o número em seu lugar. Quem o pediu não o pode confirmar.
field-record-kind = O que foi
field-record-starts = Primeiro dia
field-record-starts-hint = 24/11/2026, ou 11/2026 quando só se conhece o mês
field-record-ends = Último dia
field-record-ends-hint = Deixe vazio se for o mesmo
field-record-venue = Cidade
field-record-counts = Presenças
field-record-person = Nome
field-record-person-hint = Guardado cifrado no cofre; no registo fica um número em seu lugar
field-record-contact = Contacto
field-record-contact-hint = Um endereço ou um número de telefone; também fica no cofre
field-record-mentor = Mentora
field-record-mentee = Mentoranda
field-record-outcome = O que resultou
field-record-outcome-hint = Sem nomes: isto fica no registo para sempre
refusal-oneself = Ninguém é mentor de si próprio. Escolha duas pessoas.
refusal-other-person = Uma adesão fica sob o identificador da própria pessoa.
refusal-erasure-not-asked = Ainda ninguém pediu este apagamento. Uma pessoa pede, outra confirma.
refusal-own-erasure = Quem pediu o apagamento não o pode confirmar. Tem de ser outra pessoa.

# What is due in a pillar

record-due-title = O que há a fazer
record-due-none = Não há nada a fazer neste pilar.

# Documents
documents-title = Documentos
documents-none = Não há documentos anexados.
documents-file = Um ficheiro
documents-hint = No máximo 20 MB. O registo guarda a sua impressão digital (SHA-256), para que se veja se o ficheiro mudar.
documents-attach = Anexar
documents-missing = Escolha primeiro um ficheiro.

# Signing in at an identity provider
provider-sign-in = Entrar em { $host }
provider-or = Ou com nome e palavra-passe destas páginas
provider-leaving-title = Entrar em { $host }
provider-leaving = Vai ser levado a { $host } e depois volta aqui. Se nada acontecer, siga em frente.
provider-go-on = Seguir para { $host }
provider-unknown-way = Esta entrada começou há mais de dez minutos, ou noutro navegador. Comece de novo.
provider-away = { $host } não responde. O que escreveu está guardado: tente de novo daqui a pouco, ou entre com nome e palavra-passe.
provider-cancelled = A entrada em { $host } não foi concluída. Tente de novo quando quiser.
provider-untrusted = O que { $host } enviou não é de confiança, por isso ninguém entrou. Tente de novo; se voltar a acontecer, avise um administrador.
provider-stale = { $host } não voltou a pedir a sua palavra-passe, e este passo precisa disso. Tente de novo; se voltar a acontecer, avise um administrador.
provider-unknown-person = { $host } conhece-o, mas nenhuma conta aqui é sua. Dê este identificador a um administrador: { $subject }
provider-somebody-else = Em { $host } está outra pessoa, por isso este passo não foi confirmado. Entre lá em seu nome. O que escreveu está guardado.
accounts-identity = Em { $host }: { $subject }
accounts-identity-field = Identificador em { $host }
accounts-identity-hint = Quem lá entrar com ele passa a ser esta conta. Receba-o da própria pessoa, não de uma mensagem.
accounts-identity-tie = É esta pessoa
accounts-identity-untie = Já não é a pessoa em { $host }
accounts-identity-wrong = Não é um identificador: tem 1 a 255 letras, algarismos e sinais.
accounts-identity-taken = Este identificador é de outra conta, ou esta conta tem outro. Retire-o primeiro.

## Chaves

keys-title = Chaves
keys-lead = Que chave assina por quem, como diz o registo. Dois administradores dão ao registo a chave seguinte: um introduz, o outro compara e aprova.
keys-in-force = Em vigor
keys-ended = Terminada
keys-since = Assina o que vem depois do evento { $from }
keys-until = Assinou o que veio depois do evento { $from }, até ao evento { $until }
keys-next = A próxima chave do registo
keys-how = Execute “tais keys rotate” onde o gravador corre. Faz a próxima chave e imprime uma linha: introduza aqui essa linha, e entregue-a aos auditores e a quem mantém uma testemunha. A chave nada assina até outro administrador a aprovar.
keys-line = Linha da próxima chave
keys-line-hint = Tal como “tais keys rotate” a imprimiu, do nome do registo até ao último sinal
keys-ask = Pedir esta chave
keys-wrong-line = Isto não é a linha de uma chave: copie-a inteira, tal como “tais keys rotate” a imprimiu.
keys-wrong-log = Esta chave não é deste registo: a linha começa por { $origin }.
keys-known = O registo já conhece esta chave. “tais keys rotate” faz a seguinte.
keys-asked-by = { $name } pede esta chave. Compare a linha com a que “tais keys” imprime onde o gravador corre: conta cada sinal. A chave atual termina com a sua aprovação.
keys-asked-by-you = Foi você que pediu esta chave. Outro administrador compara a linha e aprova.
keys-approve = Aprovar a próxima chave
keys-take-back = Retirar o pedido
keys-on-its-way = Uma mudança está a ser registada. Veja de novo daqui a pouco.
keys-changed-meanwhile = Entretanto foi pedida outra chave. Veja a página de novo e compare a linha que lá está agora.
keys-nobody-asked = Ninguém pede uma próxima chave. Um administrador introduz, outro aprova.
registry-refused = Não registado: { $what }. { $reason }
registry-put-away = Já li isto
