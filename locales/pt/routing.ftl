# Machine-made: no native has read it yet.

### Regras: quem recebe um novo atendimento

nav-routing = Distribuição
routing-title = Distribuição
routing-lead = Quem recebe um novo atendimento. A primeira regra que se aplica decide; um atendimento sem regra fica como o { $crm } o criou.
routing-empty-title = Ainda não há regras
routing-empty = O { $crm } distribui os novos atendimentos por conta própria. Com uma regra eles vão logo para o funil e a pessoa certos.
routing-new = Adicionar uma regra
routing-edit = Mudar uma regra
routing-tab-rules = Regras
routing-tab-try = Testar
routing-tab-replay = As últimas 1.000 mensagens
routing-tab-versions = Versões
routing-draft = Isto é um rascunho: ainda não tem efeito. Teste e ative.
routing-switch-on = Ativar
routing-discard = Descartar o rascunho
routing-switched-on = As regras valem a partir do próximo atendimento.
routing-discarded = O rascunho foi descartado.
routing-drafted =
    { $deed ->
        [add] A regra “{ $name }” foi adicionada ao rascunho.
        [save] A regra “{ $name }” foi salva no rascunho.
        [copy] A regra “{ $name }” foi copiada no rascunho. A cópia está desativada.
        [on] A regra “{ $name }” foi ativada no rascunho.
        [off] A regra “{ $name }” foi desativada no rascunho.
        [delete] A regra “{ $name }” foi excluída do rascunho.
        [up] A regra “{ $name }” subiu no rascunho.
        [down] A regra “{ $name }” desceu no rascunho.
        [move] A regra “{ $name }” foi movida no rascunho.
       *[other] Salvo como rascunho.
    }
routing-wrong-pairs = escreva cada linha assim: nome = valor
routing-col-rule = Regra
routing-col-when = Quando
routing-col-then = Então
routing-col-matches = Atendimentos em 30 dias
routing-up = Subir
routing-down = Descer
routing-drag = Arraste para mover
routing-is-on = Ativa
routing-is-off = Inativa
routing-turn-off = Desativar
routing-turn-on = Ativar
routing-delete = Excluir a regra
routing-always = Qualquer atendimento
routing-leaves = Deixa para o { $crm }
routing-none-matched = Nenhuma regra
routing-when = Quando
routing-when-hint = Todas as condições preenchidas devem valer; de vários valores basta um. Sem condições a regra vale para qualquer atendimento.
routing-when-more = Mais condições
routing-then = Então
routing-then-more = Mais ações
routing-name = Nome
routing-any = Qualquer
routing-nobody = Não atribuir
routing-condition-source = Fonte
routing-condition-messenger = App de mensagens
routing-condition-working_hours = Horário da fonte
routing-condition-times = Dias e horas
routing-condition-language = Idioma da mensagem
routing-condition-campaign = Parâmetros de campanha
routing-condition-referral = Link ou anúncio
routing-condition-customer = Cliente
routing-condition-contact = Contato
routing-condition-contact_responsible = Responsável pelo contato
routing-condition-lead = Lead
routing-condition-text_begins = A mensagem começa com
routing-condition-text_contains = A mensagem contém
routing-condition-field = Respostas no chat do site
routing-condition-country = País do telefone
routing-condition-off = A regra está inativa
routing-condition-earlier = Aplica-se, mas uma regra anterior decide
routing-lines-hint = Um por linha.
routing-pairs-hint = Um por linha: nome = valor. * é qualquer valor.
routing-times-hint = Marque os dias e informe os horários, no fuso da conta. Se o horário termina depois da meia-noite, informe um fim anterior ao início; 00:00 é meia-noite. Sem nenhum dia marcado, vale qualquer horário.
routing-referral-hint = Como começa a etiqueta do link ou do anúncio; * é qualquer.
routing-countries-hint = Duas letras cada, como ES, PT.
routing-hours-within = No horário de atendimento
routing-hours-outside = Fora do horário de atendimento
routing-hours-holiday = Em um feriado
routing-customer-new = Escreve pela primeira vez
routing-customer-returning = Já escreveu antes
routing-contact-known = Já estava no { $crm }
routing-contact-unknown = É novo no { $crm }
routing-lead-open = Tem um lead aberto
routing-lead-closed = Só tem leads fechados
routing-lead-none = Não tem leads
routing-use = Lead do atendimento
routing-use-open = O aberto ou um novo
routing-use-new = Sempre um novo
routing-use-reopen = O aberto, senão o último fechado de novo, senão um novo
routing-accept = Aceitar leads de entrada automaticamente
routing-accept-hint = Senão, as demais ações esperam até alguém aceitar o lead.
routing-stage = Funil e etapa
routing-stage-keep = Deixar onde está
routing-source-gone = Uma fonte excluída
routing-stage-gone = Excluído no { $crm }: { $id }
routing-responsible = Responsável
routing-assignee-contact = O responsável pelo contato
routing-assignee-lead = O responsável pelo lead
routing-assignee-person = Uma pessoa
routing-assignee-round_robin = Em rodízio
routing-person = Pessoa
routing-person-no-chat = { $name } ({ $crm } não fornece um ID de chat)
routing-people = Pessoas em rodízio
routing-people-hint = Uma pessoa de peso 2 recebe o dobro de atendimentos de uma de peso 1. Sem peso não participa; sem limite recebe qualquer número por dia; sem nenhum dia marcado está sempre presente.
routing-weight = Peso
routing-limit = Máximo por dia
routing-works = { $name } trabalha: { $times }
routing-works-always = { $name } está sempre presente
routing-fallback-minutes = Minutos sem resposta
routing-fallback-to = Reatribuir a
routing-fallback-none = Mais ninguém
routing-fallback-next = O próximo no rodízio
routing-tags = Etiquetas
routing-task = Tarefa
routing-task-minutes = Prazo, minutos
routing-greeting = Saudação
routing-greeting-hint = Enviada uma vez, enquanto o app de mensagens permite. { $marker } é o nome do cliente.
routing-template = Modelo em vez da saudação
routing-template-none = Nenhum
routing-template-hint = É enviado uma vez onde o app de mensagens tem modelos; nos outros é enviada a saudação. Quem recusou publicidade não recebe modelos publicitários.
routing-unsendable-template_unknown = O modelo não existe mais
routing-unsendable-template_not_approved = O modelo não está aprovado
routing-unsendable-template_no_value = O modelo precisa de valores que a regra não conhece
routing-unsendable-source_stopped = A fonte não envia nada agora
routing-unsendable-marketing_stopped = O cliente recusou publicidade
routing-settings = Para todas as regras
routing-silence = Horas de silêncio após as quais uma mensagem começa um novo atendimento
routing-fallback-user = Quem recebe os atendimentos que uma regra não consegue atribuir
routing-fault-stage_gone = A etapa foi excluída: os leads ficam onde estão
routing-fault-user_gone = A pessoa saiu: os atendimentos vão para o substituto
routing-fault-some-gone = Não estão mais no rodízio porque saíram: { $names }
routing-fault-nobody_present = Não há ninguém disponível para outro atendimento
routing-fault-nobody_responsible = Ninguém é responsável no { $crm }
routing-fault-refused = O { $crm } recusou
routing-fault-sources-gone = As fontes dela foram excluídas: não decide sobre nenhum atendimento
routing-fault-hidden = Uma regra acima vale para tudo: esta nunca decide
routing-ask-greet = Cumprimentar o cliente
routing-ask-template = Enviar o modelo: { $detail }
routing-ask-wait-for-person = Esperar alguém aceitar o lead de entrada
routing-ask-accept = Aceitar o lead de entrada
routing-ask-link = Vincular o chat ao lead aberto
routing-ask-use = Usar o lead aberto
routing-ask-reopen = Reabrir o lead fechado
routing-ask-create = Criar um lead
routing-ask-stage = Mover o lead: { $detail }
routing-ask-assign = Tornar responsável: { $detail }
routing-ask-tag = Adicionar etiquetas: { $detail }
routing-ask-task = Criar uma tarefa: { $detail }
routing-ask-fallback = Sem resposta, tornar outra pessoa responsável: { $detail }
routing-ask-nothing = Nada
routing-after-minutes = após { $minutes } min
routing-try-lead = Qual regra decide sobre uma mensagem, por que não as outras e o que seria pedido ao { $crm }. Nada é gravado.
routing-try-text = Texto da mensagem
routing-try-phone = Telefone
routing-try-time = Hora da mensagem
routing-try-more = Mais sobre o cliente
routing-try-pairs-hint = Um por linha: nome = valor.
routing-try-referral-hint = A etiqueta do link ou do anúncio.
routing-try-button = Testar
routing-try-rule = Decide: { $rule }
routing-try-asks = O que seria pedido ao { $crm }
routing-try-others = Por que não as outras
routing-try-silent = O { $crm } não respondeu, então as condições sobre contatos e leads não são atendidas.
routing-replay-lead = O que estas regras teriam feito com as últimas mensagens de clientes, ao lado do que foi feito. Nada é gravado.
routing-replay-sum = { $messages } mensagens, { $enquiries } atendimentos, { $differing } decididos de outra forma.
routing-replay-shown = São mostrados os { $count } mais recentes.
routing-replay-then = O que aconteceu
routing-replay-now = Com estas regras
routing-replay-unknown = Na época não houve decisão, e não se sabe o que o { $crm } tinha: as condições sobre contatos e leads não são atendidas.
routing-message = Mensagem
routing-version = Versão { $number }
routing-in-force = Em vigor
routing-is-draft = Rascunho
routing-saved = Salva
routing-author = Por
routing-rules-count = Regras
routing-restore = Restaurar
routing-restored = As regras da versão { $number } valem de novo.
routing-no-crm = O { $crm } não lista agora usuários e funis: tente em um minuto.
routing-changed = Alguém mudou as regras nesse meio-tempo. Veja e repita a sua mudança.
routing-hop = Distribuído pela regra “{ $rule }”
routing-hop-none = Nenhuma regra de distribuição se aplica
routing-over-blocked = O cliente foi bloqueado
routing-over-declined = Foi recusado no { $crm }
routing-hop-fallback = Ninguém respondeu a tempo: agora o responsável é { $name }
routing-hop-nobody = Ninguém respondeu a tempo e não foi possível passar o atendimento a outra pessoa
routing-why = O que as regras dizem sobre esta mensagem
routing-state-open = Em andamento
routing-state-waiting = Espera uma pessoa
routing-state-done = Feito
routing-state-failed = Não realizado
