# Machine-made: no native has read it yet.

## Messages: list

messages-search = Telefone, nome, ID de mensagem ou de chat
messages-search-hint = O texto das mensagens não pode ser pesquisado: ele é guardado criptografado.
messages-filter-direction = Direção
messages-direction-to-crm = Do cliente
messages-direction-from-manager = Do atendente
messages-direction-from-bot = De um bot
messages-direction-to-messenger = Ao cliente
messages-state-taken = Aceita pelo destinatário
messages-state-failed_later = Falhou depois de aceita
messages-state-waiting = Em espera
messages-filter-state = Estado
messages-filter-period = Período
messages-found =
    { $count ->
        [one] { $count } mensagem encontrada
       *[other] { $count } mensagens encontradas
    }
messages-empty = As mensagens aparecem aqui assim que o primeiro cliente escreve.
conversations-empty-title = Ainda não há chats
conversations-empty = Um chat aparece aqui assim que o primeiro cliente escreve.
messages-empty-title = Ainda não há mensagens
messages-nothing = Nada encontrado. Limpe o filtro de estado ou escolha um período maior.
messages-kept =
    As mensagens são mostradas por { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }.
messages-days = “7 dias” e “30 dias” terminam hoje, no fuso horário da conta.
messages-kind-text = Texto
messages-kind-picture = Imagem
messages-kind-video = Vídeo
messages-kind-file = Arquivo
messages-kind-voice = Mensagem de voz
messages-kind-audio = Áudio
messages-kind-sticker = Figurinha
messages-kind-location = Localização
messages-kind-contact = Contato
messages-text-hidden = O texto está oculto. Sua função vê a rota, não o conteúdo.
messages-text-not-kept = Não é guardado. Os textos desta conta são apagados assim que são entregues.
messages-text-erased =
    O texto foi apagado no fim do prazo de guarda ({ $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }). A rota é mantida.

## Message page: “Where is my message?”

msg-answer-delivered = No app de mensagens do cliente desde { $stamp }.
msg-answer-delivered-untimed = No app de mensagens do cliente.
msg-answer-sent = Aceita pelo app de mensagens { $time }. Ele ainda não confirmou a entrega ao cliente.
msg-answer-sent-no-receipts = Aceita pelo app de mensagens { $time }. Este app não informa a entrega.
msg-answer-counted = Aceita por { $messenger } { $time }. { $messenger } não informa a entrega; esta fonte conta como entregue o que foi aceito.
msg-answer-read = Lida pelo cliente { $time }.
msg-answer-read-untimed = Lida pelo cliente.
msg-answer-in-crm = No chat do { $crm } desde { $stamp }.
msg-answer-queued =
    Guardada no Parom{ $ahead ->
        [0] , sai em seguida
        [one] . Antes sai { $ahead } mensagem anterior deste chat
       *[other] . Antes saem { $ahead } mensagens anteriores deste chat
    }.
msg-answer-ahead =
    Em espera: { $many ->
        [0] { $ahead ->
            [one] antes vai { $ahead } mensagem desta conta
           *[other] antes vão cerca de { $ahead } mensagens desta conta
        }
       *[other] antes vão mais de { $ahead } mensagens desta conta
    }{ $timed ->
        [0] .
        [1] , o que leva cerca de { $delay }.
       *[other] , o que leva mais de { $delay }.
    }
msg-answer-retrying =
    Guardada no Parom. { $attempts ->
        [one] { $attempts } tentativa falhou
       *[other] { $attempts } tentativas falharam
    }, próxima tentativa { $time }. { $reason }
msg-answer-held = Guardada no Parom, o envio está retido. { $reason }
msg-answer-shadow = Uma fonte em paralelo com outro serviço a recebeu. Nada foi enviado ao { $crm }.
msg-answer-blocked = O cliente estava bloqueado quando ela chegou. Está guardada e nada foi enviado ao { $crm }.
msg-answer-held-chat = Havia mais novas conversas do que a fonte deixa passar, por isso esta está retida. A mensagem está guardada e no { $crm } ainda não há nada dela.
msg-answer-failed = Não entregue.
msg-answer-checking =
    { $status ->
        [0] { $side } não confirmou a mensagem
       *[other] { $side } respondeu com um erro ({ $status })
    }. O Parom verifica se ela chegou antes de enviar algo novamente.
msg-crm-away = O { $crm } não responde desde { $stamp }. O Parom tenta novamente automaticamente.
msg-messenger-away = O app de mensagens não responde desde { $stamp }. O Parom tenta novamente automaticamente.
msg-what-to-do = O que fazer
msg-route = Rota
hop-written-by-customer = O cliente escreveu · { $messenger }
hop-written-by-staff = { $manager } escreveu · { $messenger }
hop-written-by-manager = { $manager } escreveu no { $crm }
hop-found-in-history = Encontrada no histórico do { $crm }
hop-stored = Recebida e guardada pelo Parom
hop-stored-detail = { $duration } depois de enviada
hop-handing-to-messenger = Enviando · { $messenger }
hop-handing-to-crm = Enviando ao { $crm }
hop-taken-by-messenger = Aceita · { $messenger }
hop-taken-by-crm = Aceita pelo { $crm }
hop-delivered = Entregue ao cliente
hop-read = Lida pelo cliente
hop-status-shown = Estado mostrado no { $crm }
hop-not-reached = Ainda não chegou
hop-no-receipts = { $messenger } não informa isto
attempts-title =
    { $count ->
        [one] { $count } tentativa
       *[other] { $count } tentativas
    }
attempt-row = Tentativa { $n }, { $clock }, { $ms } ms
attempt-taken = Aceita
attempt-refused = Recusada: { $reason }
attempt-no-answer = Sem resposta em { $seconds } s
attempt-cut = A conexão terminou sem resposta
attempt-unclear = Erro { $status }, resultado desconhecido
attempt-not-connected = Não foi possível conectar
attempt-next = Próxima { $time }
attempt-by-hand = Iniciada por { $name }
attempt-request = Solicitação (textos, nomes e segredos como seu tamanho)
attempt-answer = Resposta (encurtada, sem segredos)
msg-send-again = Enviar novamente
msg-send-now = Enviar agora
msg-drop-found = Não enviar
msg-send-again-confirm = O cliente pode recebê-la duas vezes: não se sabe se a primeira tentativa chegou.
msg-try-now = Tentar agora
msg-drop = Parar de tentar
msg-drop-confirm = A mensagem não será entregue. { $manager } verá “Com falha” no { $crm }.
msg-open-card = Abrir o card no { $crm }
msg-open-chat = Todas as mensagens deste chat
msg-ids = Identificadores
msg-copy-report = Copiar relatório para o suporte

## Lists of messages and chats

filter-any = Todos
filter-period-today = Hoje
filter-period-24h = 24 horas
filter-period-7d = 7 dias
filter-period-30d = 30 dias
filter-period-month = Este mês
filter-period-own = Datas próprias
filter-period-since = Desde { $stamp }
filter-period-all = Todo o período
messages-col-time = Hora
messages-col-customer = Cliente
messages-col-kind = Tipo
messages-customer-unknown = Sem nome
messages-found-many = Mais de { $count } mensagens encontradas
conversations-search = Telefone, nome ou ID de chat
conversations-nothing = Não existe esse chat. Limpe o filtro ou mude a busca.
conversations-col-last = Última mensagem
conversation-title = Chat com { $name }
conversation-begun = Iniciado
conversation-window = Texto livre
conversation-window-open = Permitido até
conversation-window-over-template = Encerrado: só é possível enviar um modelo aprovado
conversation-window-over = Encerrado: você poderá responder quando o cliente escrever novamente
conversation-first-page = Primeira página
conversation-last-page = Página atual
conversation-referrer = Veio de
lead-origin-title = De onde veio o cliente
lead-origin-page = Página
conversation-marks = Etiquetas UTM
conversation-participants = Participantes
conversation-agreed = Aceitou os termos do chat
conversation-answer = Resposta antes do chat
conversation-rating = Avaliação do chat
lead-note-answers = Respostas antes do chat
lead-note-rating = Avaliação do chat, { $day }
conversation-messages = Mensagens deste chat
conversation-silent = Ainda não há mensagens.
conversation-source-gone = A fonte foi excluída
conversation-why = Identificadores do chat
conversation-why-messenger = { $messenger } envia estas mensagens à fonte “{ $source }” sob um mesmo ID de chat:
conversation-why-ours = O ID do Parom para o chat no { $crm }:
conversation-why-crm = O ID próprio do { $crm } para o chat, da resposta dele ou da mensagem de um atendente:
conversation-why-manager = Um atendente iniciou este chat no { $crm }. O app de mensagens ainda não atribuiu um ID.
conversation-contact = Contato no { $crm }
contact-why-phone = Ele tem o telefone do cliente.
contact-why-email = Ele tem o e-mail do cliente.
contact-why-phone_several = Vários contatos têm este telefone; este foi o último alterado.
contact-why-email_several = Vários contatos têm este e-mail; este foi o último alterado.
contact-why-given = Foi indicado pelo desenvolvedor do app de mensagens.
contact-why-made = O Parom o criou: nenhum contato tinha este telefone ou e-mail.
contact-why-crm = O { $crm } o escolheu segundo as próprias regras.
contact-why-merged = O contato anterior foi mesclado a este no { $crm }.
contact-why-moved = O chat foi movido para este contato no { $crm }.
contact-why-gone = O contato foi excluído no { $crm }.
contact-why-nobody = Nenhum contato tem este telefone ou e-mail. O { $crm } escolhe segundo as próprias regras.
contact-why-given_unknown = O { $crm } não tem o contato { $number } indicado pelo desenvolvedor do app de mensagens. O { $crm } escolhe segundo as próprias regras.
contact-why-late = O { $crm } não respondeu a tempo e escolheu o contato sozinho; o lead já está em andamento.
contact-why-unclear = O { $crm } não confirmou que o contato foi criado. O Parom não cria um segundo.
contact-why-recycled = O contato com este telefone ficou em silêncio por um ano e tinha outro nome, ou desde então o serviço deu o número a outra pessoa. Pode ser já de outra pessoa, por isso o chat não foi vinculado a ele.
contact-why-person = Uma pessoa decidiu que é este cliente.
contact-why-separated = Uma pessoa desfez um vínculo, e o Parom criou este contato.

## Message page: further words

msg-manager = Um atendente
msg-time-unknown = hora desconhecida
msg-open-source = Abrir a fonte
msg-too-late = A mensagem não está mais em espera: veja o estado dela.
msg-on-its-way = A mensagem está sendo enviada agora. O resultado aparecerá aqui.
msg-tried-now = A próxima tentativa começa agora.
msg-sent-again = Na fila para outra tentativa. O estado muda quando a tentativa termina.
msg-send-again-once = A mensagem será enviada novamente, no fim da fila do seu chat.
msg-dropped = A entrega foi interrompida. Você pode enviar a mensagem novamente em “Não entregues”.
msg-drop-confirm-in = A mensagem não aparecerá no { $crm }. Você ainda poderá enviá-la novamente em “Não entregues”.
msg-text = Conteúdo
msg-text-show = Mostrar o texto
msg-text-audited = A consulta fica no registro de auditoria.
msg-file-name = Arquivo
msg-file-size = Tamanho
msg-id-ours = Parom
msg-id-messenger = App de mensagens
msg-id-crm = { $crm }
msg-id-chat = Chat no Parom
msg-id-crm-chat = Chat no { $crm }
hop-number = ID { $id }
attempt-limited-unsaid = Velocidade limitada
msg-save-report = Salvar como arquivo

## The list: more columns and filters

messages-col-manager = Atendente
messages-col-took = Duração
messages-open-page = Abrir como página
messages-more-filters = Mais filtros
messages-from = Desde a data
messages-to = Até a data
messages-slower-than = Mais de { $delay }
messages-slowest-of = As mais lentas das últimas { $count }
messages-sort = Ordem
messages-sort-newest = Mais novas primeiro
messages-sort-took = Mais lentas primeiro
messages-reason = Motivo
messages-reason-recipient_blocked = Bloqueado pelo cliente
messages-reason-recipient_unreachable = Não é possível contatar o cliente
messages-reason-window_closed = O tempo para responder acabou
messages-reason-writing_first = Não é possível escrever primeiro
messages-reason-marketing_stopped = Publicidade recusada
messages-reason-kind_not_supported = Tipo não aceito
messages-reason-source_disconnected = Fonte desconectada
messages-reason-refused = Recusada pelo app de mensagens
messages-reason-crm_refused = Recusada pelo { $crm }
messages-reason-internal = Erro no Parom

## The message page: neighbours and waits

late-came = Chegou ao Parom { $delay } depois de escrita.
late-crm-away = O { $crm } não respondeu de { $from } a { $until }.
late-messenger-away = O app de mensagens não respondeu de { $from } a { $until }.
late-attempts =
    { $count ->
        [one] Antes, uma tentativa falhou
       *[other] Antes, { $count } tentativas falharam
    }, { $status ->
        [0] a última sem resposta
       *[other] a última com o erro { $status }
    }.
late-behind = Esperou { $delay } pela mensagem anterior.
late-waited = Esperou { $delay } antes da primeira tentativa; o motivo não foi registrado.
late-unknown = Nada do que foi registrado diz o motivo.
msg-neighbours = Mensagens deste chat
msg-previous = Anterior
msg-next = Próxima
attempt-after = { $delay } depois da tentativa { $n }
attempt-waited-chat = esperou { $delay } pela mensagem anterior
attempt-waited-turn = esperou { $delay } pela sua vez

## One customer over all messengers

customer-phone = Telefone
customer-more = São mostrados os { $count } chats mais recentes.
customer-alone = O contato deste chat no { $crm } não é conhecido, por isso outros chats desta pessoa não são mostrados.
customer-waiting = Na fila: { $count }
customer-undelivered = Não entregues: { $count }

## Saved views, and what is done with several messages at once

views-title = Filtros salvos
views-all = Todas as mensagens
views-manage = Editar filtros
views-save = Salvar este filtro
views-name = Nome do filtro
views-author = Salvo por
views-rename = Renomear
views-delete = Excluir
views-about = Filtros da lista de mensagens, para toda a conta. O texto da busca não é salvo, porque pode conter o nome de um cliente.
views-empty = Ainda não há filtros salvos. Filtre as mensagens e pressione “Salvar este filtro”.
views-saved = Salvo: { $name }.
views-renamed = Renomeado.
views-deleted = Excluído.
views-name-wrong = Digite um nome de no máximo { $longest } caracteres.
views-name-taken = Já existe um filtro “{ $name }”. Escolha outro nome.
views-too-many = Uma conta pode salvar { $most } filtros. Exclua um antes.
chips-label = Filtros
chips-remove = remover este filtro
bulk-page = Selecionar tudo nesta página
bulk-chosen = Selecionadas:
bulk-clear = Limpar a seleção
bulk-retry = Enviar de novo
bulk-drop = Remover das não entregues
bulk-csv = Exportar CSV
bulk-left =
    { $count ->
        [one] { $count } mensagem selecionada fica como está: foi entregue, está a caminho ou falhou depois que o aplicativo a aceitou.
       *[other] { $count } mensagens selecionadas ficam como estão: foram entregues, estão a caminho ou falharam depois que o aplicativo as aceitou.
    }
bulk-more = Há mais mensagens do que se pode tratar de uma vez. Estas são as { $most } mais antigas; repita para as demais.
bulk-nothing = Nenhuma destas mensagens está sem entregar: não há o que reenviar nem remover.

### Written by a Salesbot

hop-salesbot = Enviada por um Salesbot do { $crm }
hop-salesbot-waits = Ele espera a resposta do cliente até { $time }
