# Machine-made: no native has read it yet.

## Details of errors, and results of live checks (crate::i18n::LocalizedText)

said-logo-kind = escolha uma imagem PNG, JPEG ou WebP
said-logo-bytes = a imagem pode ter até { $most } KB
said-logo-pixels = a imagem deve ter entre { $least } e { $most } pixels de largura e de altura
said-quoted = { $text }
said-fields-wrong = alguns campos precisam de correção
said-unauthorized = a chave falta, foi revogada ou está errada
said-not-found = nada tem este ID
said-too-large = a solicitação passa de { $bytes } bytes
said-internal = erro interno do Parom, nada foi guardado
said-changed = { $who } alterou { $what } às { $at }; sua alteração não foi guardada. Leia de novo e repita sua alteração
said-changed-someone = alguém
said-changed-something = isto
said-not-storing = O Parom não pode guardar nada agora, tente de novo mais tarde
said-node-away = A parte do banco de dados com esta conta não responde; nada foi guardado, tente de novo mais tarde
said-too-much-waits = Há dados demais esperando para serem guardados, tente de novo mais tarde
said-too-many-at-once = Solicitações demais ao mesmo tempo deste endereço, tente de novo quando algumas terminarem
said-method = este endereço só aceita { $methods }

## JSON and forms

said-field-unknown = campo desconhecido `{ $field }`
said-field-unknown-of = campo desconhecido `{ $field }`; conhecidos: { $known }
said-field-missing = falta o campo `{ $field }`
said-field-twice = o campo `{ $field }` está repetido
said-value-unknown = valor desconhecido `{ $value }`; conhecidos: { $known }
said-value-unfit = { $reason }
said-json-none = JSON malformado na linha { $line }, coluna { $column }
said-json-more = dados inesperados depois do objeto JSON
said-json-type = o corpo deve ser application/json
said-json-compressed = o corpo não deve estar comprimido
said-body-broke = o corpo terminou antes da hora
said-body-slow = o corpo chegou devagar demais
said-form-field = o formulário não tem o campo { $field }
said-form-fields = o formulário não tem os campos da sua página
said-form-type = os formulários devem ser application/x-www-form-urlencoded
said-form-deed = o formulário não nomeia uma ação
said-form-id = o formulário contém um ID malformado
said-form-role = essa função não existe
said-form-most = no máximo { $most } de uma vez

## Fields

said-empty = não pode estar vazio
said-minutes = escreva minutos inteiros, de { $least } a { $most }
said-seconds = escreva segundos inteiros, de { $least } a { $most }
said-pixels = escreva pixels inteiros, de 0 a { $most }
said-quick-answer = comece a linha com uma pergunta de até { $most } caracteres
said-no-mail = este servidor não envia e-mails: [mail] não está configurado. Fale com o fornecedor ou deixe o campo vazio
said-only-group = só para um grupo: indique também o título
said-most-bytes = no máximo { $most } bytes
said-most-ids = no máximo { $most } IDs de uma vez
said-most-characters = deve ter no máximo { $most } caracteres
said-most-lines = no máximo { $most } linhas
said-unstorable = contém um caractere que não pode ser guardado (NUL ou metade de um par substituto)
said-web-address = deve ser um endereço que comece com https:// ou http://
said-site = deve ser o endereço de um site, como https://shop.example
said-color = deve ser uma cor como #0B5CAD
said-holidays = devem ser datas como 2027-01-01 ou 31.12, ou duas com “ - ” no meio
said-hours = devem ser linhas com dias e horas como mon-fri 09:00-18:00
said-time-zone = deve ser o nome de um fuso horário como America/Sao_Paulo
said-uuid = deve ser um ID (UUID)
said-date = deve ser uma data como 2026-11-20
said-report-source = não é uma fonte desta conta
said-report-days = um relatório abrange no máximo { $most } dias
said-date-order = não pode ser anterior a from
said-month = deve ser um mês como 2026-11
said-usage-format = deve ser csv ou json
said-number = deve ser um número
said-page-limit = deve ser um número inteiro de 1 a { $most }
said-event-status = existem { $known }
said-cursor-wrong = o cursor está malformado ou é antigo demais
said-cursor-other = o cursor é de outra lista ou de outros filtros
said-phone = deve ser um telefone com o código do país, por exemplo +55 11 91234-5678
said-phone-possible = nenhum chat tem este número com certeza; chats que podem tê-lo, porque está escrito sem código do país: { $chats }. Indique o chat em vez disso
said-kept-days = é preciso um número de 1 a { $most }, ou null: uma conta não guarda nada por mais tempo que o configurado
said-texts-days = os textos são guardados por no máximo { $most } dias
said-sources-limit = deve ser de 0 a { $most }, ou null
said-plan-unknown = não é um plano; existem { $known }
said-window-seconds = deve ser de { $least } a { $most } segundos
said-template-file = um modelo com arquivo só pode ser enviado ao WhatsApp; use um cabeçalho de texto
said-template-file-large = o arquivo do modelo passa de 16 MB; escolha um menor
said-template-file-gone = o { $crm } não entrega o arquivo deste modelo; use um cabeçalho de texto
said-not-stored = O Parom não conseguiu guardar; será tentado de novo
said-weight = deve ser de 1 a { $most }
said-if-match = deve ser o ETag de GET, por exemplo "1795165200000"
said-customer-named = indique o cliente por phone ou por conversation_id
said-search-busy = outra busca ainda corre nesta conta: tente de novo em alguns segundos
said-tenant-named = uma chave do fornecedor deve indicar tenant_id ou source_id
said-not-of-kind = não é permitido para { $kind }
said-not-of-edit = não é permitido em uma edição
said-only-manager = só é permitido para o papel "manager"
said-only-client = só é permitido para o papel "client"
said-contact-id = deve ser o ID de um contato no CRM, um número inteiro
said-user-id = deve ser o ID de um usuário no CRM, um número inteiro
said-no-receiver = só é permitido para mensagens de atendentes e bots
said-receiver-needed = deve indicar o cliente se o remetente for um atendente ou um bot
said-media-needed = um arquivo precisa de media_url ou media_id
said-media-twice = indique media_url ou media_id, não os dois
said-degrees = deve ser um número entre -{ $most } e { $most }
said-quote-either = indique id, ou text com sender e sent_at
said-quote-needed = precisa de id ou text
said-no-bot-comment = um bot não pode comentar
said-not-from-messenger = A mensagem veio do { $crm }; só podem ser alteradas as mensagens que vieram do mensageiro.
said-message-deleted = A mensagem foi excluída.
said-emoji = deve ser um só emoji, de no máximo 64 bytes
said-error-needed = é obrigatório com failed
said-error-text = é obrigatório com o código other
said-error-only = só é permitido com failed
said-idempotency-signs = devem ser de 1 a { $most } caracteres ASCII visíveis
said-idempotency-other = esta chave foi usada para uma solicitação com outro corpo
said-idempotency-running = a primeira solicitação com esta Idempotency-Key ainda está em andamento
said-ticket-no-id = esta página não tem ID
said-ticket-id = o ID do que a página mostra
said-chat-id = deve ser o ID que a página deu
said-chat-crowd = há visitantes demais conectados, tente de novo mais tarde

## Rights

said-scope = é preciso uma chave com alcance { $needed }; esta chave tem { $has }
said-vendor-only = é preciso uma chave do fornecedor
said-role = sua função não permite isso
said-session-weak = a sessão não prova quem você é
said-access-gone = seu acesso foi removido

## Sources

said-name-empty = uma fonte precisa de um nome de 1 a 255 caracteres
said-name-long = no máximo { $most } caracteres; este tem { $length }
said-name-signs = um nome não pode conter quebras de linha nem caracteres de controle
said-external_id-signs = de 1 a 36 caracteres ASCII imprimíveis: letras latinas, dígitos, sinais, espaços
said-external_id-spaces = não pode começar nem terminar com um espaço
said-pipeline-id = deve ser o ID de um funil da conta, veja GET …/pipelines
said-pipeline-unknown = a conta não tem esse funil; ela tem: { $known }
said-services-list = deve ser uma lista, como na Sources API do { $crm }
said-services-long = longo demais
said-services-type = o { $crm } só aceita "whatsapp"
said-services-empty = não pode estar vazio
said-kind-unknown = deve ser um de: { $known }
said-kind-unserved = nenhum canal da integração “{ $integration }” atende { $kind }
said-channel-unknown = nenhum canal da integração “{ $integration }” com este ID atende { $kind }
said-channel-choose = vários canais atendem { $kind }, indique um de: { $known }
said-drop_before = só é permitido junto com "paused": false
said-source-busy = outros estão alterando esta fonte, tente de novo mais tarde
said-source-limit = a conta { $account } tem { $used } de { $limit } fontes; exclua uma ou peça mais ao fornecedor
said-plan-kind = o plano “{ $plan }” não tem fontes do tipo { $kind }; peça outro plano ao fornecedor
said-shadow = a fonte “{ $source }” só recebe, ao lado de outro serviço; envie pelo serviço que tem a linha
said-shadow-kind = uma linha do tipo { $kind } tem um só receptor, então a sombra a tiraria do outro serviço
said-shadow-default = uma fonte que não envia nada não pode ser a padrão
said-shadow-replaces = { $host } recebe esta linha pelo mesmo aplicativo, que tem um só endereço; use um aplicativo próprio
said-external_id-taken = outra fonte desta conta já tem o external_id “{ $external_id }”; escolha outro
said-no-webhook = só as fontes do tipo custom têm segredo de webhook
said-webhook-not-kept = este webhook não pode ser enviado de novo: isso só é possível para mensagens, e só enquanto são guardadas
said-no-heir = adicione antes uma fonte: ela assume o funil e os chats sem fonte
said-deleted-in-crm = esta fonte foi excluída no { $crm }; crie-a lá de novo e repita
said-not-deleted-in-crm = “{ $name }” não foi excluída no { $crm }, até onde se sabe

## Messages

said-message-differs = a mensagem { $message } tem este ID, mas outro remetente, chat ou conteúdo
said-message-said-else = já foi enviada uma mensagem com este ID e outro conteúdo
said-not-from-crm = O estado só pode ser informado para mensagens que vieram do { $crm }

## Account and channel

said-account-is = a conta { $account } está { $status }: as fontes só podem ser alteradas enquanto ela está ativa
said-account-used = a conta { $account } ({ $host }) está { $status }: desconecte-a antes ou use force
said-account-no-access = a conta { $account } não deu acesso: ative antes a integração no { $crm }
said-account-left = a conta { $account } desativou a integração: não há nada para desconectar
said-account-never = a conta { $account } não pode ser conectada: { $reason }
said-account-later = a conta { $account } ainda não pôde ser conectada: o { $crm } não a aceitou, tente de novo mais tarde
said-account-unlisted = a conta { $account } não está em allowed_accounts do canal { $channel } nem tem um dos seus allowed_plans
said-hook-version = o { $crm } conectou o canal com a versão de webhooks “{ $version }”; só v2 traz mensagens
said-channel-is = o canal { $channel } está { $status } para esta conta
said-channel-is-because = o canal { $channel } está { $status } para esta conta ({ $reason })
said-status-provisioning = em configuração
said-status-awaiting_credentials = à espera de usuário e senha
said-status-active = ativa
said-status-needs_reauth = sem acesso (needs_reauth)
said-status-unpaid = não paga
said-status-blocked = bloqueada
said-status-suspended = suspensa
said-status-plan_ended = com a assinatura do serviço encerrada
said-status-disconnected = desconectada
said-status-uninstalled = desinstalada
said-status-connected = conectado
said-status-connecting = conectando
said-status-not_allowed = não permitido (not_allowed)
said-status-misconfigured = mal configurado
said-no-grant = a conta não deu acesso. As mensagens continuam nos dois sentidos.
said-needs-reauth = o { $crm } não aceita mais o acesso que a conta deu; um administrador precisa permiti-lo de novo.
said-account-unpaid = a conta do { $crm } não está paga
said-account-blocked = o { $crm } bloqueia a conta ou este servidor

## What became of a call

said-crm-answered = o { $crm } respondeu { $status }: { $text }
said-crm-answered-mute = o { $crm } respondeu { $status } sem texto
said-crm-limit = o { $crm } tem { $count } fontes desta conta e não aceita mais. { $reason }
said-crm-busy = o { $crm } não aceita esta chamada agora; tente de novo mais tarde
said-crm-silent = o { $crm } não responde; tente de novo mais tarde
said-crm-unreached = não foi possível alcançar o { $crm }, nada foi enviado ({ $reason })
said-crm-unknown = o { $crm } não deu uma resposta completa, o resultado é desconhecido ({ $reason })
said-crm-unreadable = o { $crm } respondeu { $status } com algo ilegível, o resultado é desconhecido
said-crm-invalid = não foi possível fazer a chamada: { $reason }
said-template-locked = o WhatsApp já tem este modelo, ele não pode ser alterado nem enviado de novo; copie-o e corrija a cópia
said-template-no-source = Ninguém o analisaria: nenhum mensageiro desta conta aceita modelos para o WhatsApp oficial
said-template-text = não pode estar vazio nem passar de { $most } caracteres
said-template-marker = um marcador não termina: escreva como {"{{"}contact.name{"}}"}
said-template-marker-unknown = { $marker } nunca é preenchido: os marcadores nomeiam um campo de contact, lead, company, customer ou profile, como {"{{"}contact.name{"}}"}
said-template-param-unknown = o modelo não tem o marcador { $marker }
said-template-example = dê um exemplo para { $marker }
said-template-button = um botão precisa de um texto
said-template-value = dê um valor para { $marker }
said-template-unapproved = O mensageiro não aprovou este modelo; só os aprovados podem ser enviados
said-template-no-file = Este modelo não tem arquivo acima do texto; omita “file”
said-template-not-decided-here = O mensageiro deste modelo o analisa; aqui só se informa a decisão de um mensageiro próprio

## Live checks

said-connector-none = esta versão não tem um conector do tipo { $kind }
said-channel-not-connected = o canal não está conectado à conta
said-channel-not-configured = o canal { $channel } não está na configuração
said-status-read = o { $crm } recebeu o estado e respondeu { $status }, como se espera para uma mensagem de teste
said-webhook-missing = a fonte não tem endereço ou segredo de webhook
said-webhook-secret = o segredo de webhook não pode ser usado
said-telegram-token = falta o token do bot, ou não é um token
said-telegram-bot = { $name } responde
said-telegram-refused = O Telegram respondeu: { $text }
said-telegram-answered = O Telegram respondeu { $status }: { $text }
said-telegram-unreadable = O Telegram respondeu { $status } com algo que não é uma resposta dele
said-telegram-file = não foi possível ler o arquivo aqui
said-server-answered = seu servidor respondeu { $status }
said-server-unconnected = não há conexão com seu servidor
said-server-late = seu servidor não respondeu em { $seconds } segundos
said-server-broke = a conexão caiu
said-url-scheme = o endereço deve começar com https://
said-url-plain = http simples não é permitido, use https://
said-url-user = o endereço não deve ter usuário nem senha
said-url-host = o endereço não tem servidor
said-url-port = a porta { $port } não é permitida: use 443 ou uma porta a partir de 1024
said-url-lookup = o nome { $host } não pode ser consultado agora; verifique-o ou use https://
said-url-private = { $host } não é um endereço público
said-install-ours = um problema do lado do Parom impede a instalação; o fornecedor encontra a causa no registro
said-install-gone = a conta não está mais no banco de dados do Parom
said-install-leaving = a conta está sendo removida
said-install-paused = as novas instalações de “{ $integration }” estão pausadas
said-install-foreign = o acesso é de uma conta diferente da que respondeu
said-install-no-chats = a conta { $account } não tem ID na Chats API (amojo_id): os chats estão desativados lá, fale com o suporte do { $crm }
said-install-given-up =
    abandonado depois de { $count ->
        [one] { $count } tentativa
       *[other] { $count } tentativas
    }: { $reason }
said-net-name = o DNS não conhece o nome
said-net-refused = a conexão foi recusada
said-net-certificate = o certificado não é aceito
said-net-late = não houve resposta a tempo
said-net-unreachable = não há rota para este endereço
said-net-cut = a conexão foi interrompida
said-net-proxy-down = o proxy do serviço não responde; o fornecedor vê com parom doctor qual é
said-net-proxy-login = o proxy do serviço não deixa esta chamada passar; o fornecedor precisa verificar seu usuário, senha e regras
said-net-proxy-way = o proxy do serviço não encontra rota para este endereço
said-import-not-json = esta linha não é JSON
said-import-not-utf8 = um caractere desta linha está danificado: não é UTF-8
said-import-encoding = a codificação deste arquivo é desconhecida: salve-o como UTF-8 (no Excel: “CSV UTF-8”) e envie de novo
said-import-empty = o arquivo não tem nenhuma linha depois dos nomes dos campos
said-import-twice = uma linha anterior tem este ID
said-import-column = A coluna “{ $column }” está vazia
said-import-no-bot = a mensagem de um atendente não pode ser importada: o canal não tem bot e a linha não tem sender.user_id
said-import-undelivered = o { $crm } não a aceitou; ela está entre as mensagens não entregues
said-import-erased = foi apagada nesse meio-tempo
said-import-no-source = A fonte foi excluída: restaure-a e continue.
said-import-history-refused = O mensageiro não mostra as mensagens anteriores: { $reason }
said-import-history-away = O mensageiro não responde agora: { $reason }. Ele será consultado de novo automaticamente.
said-no-answer-in-time = sem resposta a tempo
said-import-over = Esta importação terminou e não pode mais ser alterada: { $state }.
said-import-busy = outra pessoa está alterando esta importação: tente de novo
said-import-header = a primeira linha de um arquivo CSV deve nomear os campos; falta { $missing }
said-import-type = o corpo deve ser application/x-ndjson, text/csv ou application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
said-import-old-workbook = é uma pasta de trabalho de um Excel antigo ou com senha: salve como .xlsx sem senha ou como CSV
said-import-meaning = “{ $word }” não é um significado de uma coluna deste arquivo; há: { $all }
said-import-columns = a primeira linha não nomeia campos de uma mensagem, então indique o que as colunas significam: pelos nomes, --columns { $columns }. Veja antes as mensagens com --dry-run
said-import-columns-twice = duas colunas têm o mesmo significado: escolha uma
said-import-columns-date = a coluna com a data
said-import-columns-text = a coluna com o texto ou com links de arquivos
said-import-columns-chat = a coluna que distingue os clientes: telefone, e-mail, nome ou ID do chat
said-import-dates = a ordem de dia e mês: “{ $date }” pode ser lido de duas formas
said-import-dates-mixed = algumas datas têm primeiro o dia e outras o mês: corrija-as no arquivo
said-import-we = quais valores de “{ $column }” são o seu lado: { $values }
said-import-future = a data está no futuro: confira a ordem de dia e mês
said-import-no-sender = não diz quem escreveu
said-import-no-chat = não diz de qual cliente é
said-import-phone = o telefone do cliente não é um número de telefone
said-dump-unknown = este arquivo não são mensagens linha por linha nem uma exportação que se possa ler
said-dump-archive = o arquivo compactado está danificado: exporte de novo
said-dump-large = a exportação tem mais de { $most } MB de texto (import.file_mb): exporte menos conversas ou um período menor de cada vez
said-dump-cut = o arquivo termina no meio, na linha { $line }: exporte de novo
said-dump-broken = o arquivo está danificado na linha { $line }: exporte de novo
said-dump-mixed = a linha { $line } está escrita de outro modo que as anteriores: importe cada exportação separadamente
said-dump-orders = na linha { $line } o dia vem primeiro e na linha { $other } o mês: importe cada exportação separadamente
said-dump-dates = nenhuma data deste arquivo mostra se o dia ou o mês vem primeiro: escolha (“Datas” ou --dates)
said-dump-date = a data na linha { $line } não existe ou está no futuro: verifique a ordem de dia e mês
said-dump-no-date = não tem uma data legível
said-dump-we = escolha qual destes nomes é o seu (“Seu nome na exportação” ou --we): { $names }
said-dump-group = grupos não são importados, só chats com um cliente: { $names }
said-dump-no-customer = não é um chat com um cliente: { $names }
said-dump-phone = o telefone do cliente precisa do código do país, por exemplo +79151112233
said-dump-note = uma nota, não uma mensagem
said-dump-omitted = o arquivo não está na exportação: exporte o chat com suas mídias
said-dump-nothing = não tem texto nem arquivo
said-dump-strange = isto não é uma mensagem
said-install-queued = outras instalações são terminadas antes
said-key-too-fast = esta chave pode enviar { $most } solicitações por segundo: envie menos e repita esta depois do tempo de Retry-After
said-key-too-much = esta chave pode enviar { $most } MB por dia (UTC): repita depois do tempo de Retry-After ou peça mais ao fornecedor
said-imports-many = esta conta já tem { $most } importações em andamento: espere uma terminar ou cancele uma
said-imports-large = os arquivos das importações em andamento desta conta podem ter { $most } MB no total: espere uma terminar ou cancele uma
said-account-full = a conta atingiu seu limite de { $most } MB guardados: guarde os textos por menos dias, exclua arquivos e importações ou peça mais ao fornecedor
said-disk-share = o disco do servidor está quase cheio e esta conta guarda mais que as outras: guarde os textos por menos dias ou repita mais tarde
said-visitor-too-much = hoje não são aceitos mais arquivos aqui
said-templates-not-reviewed = Este mensageiro não analisa modelos.
said-agreement-changed = o acordo mudou nesse meio-tempo: leia-o de novo
