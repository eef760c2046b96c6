# Machine-made: no native has read it yet.

## Messengers

connector-telegram = Bot do Telegram
connector-whatsapp = WhatsApp Business
connector-webchat = Chat do site
connector-max = Bot do MAX
connector-custom = Seu próprio app de mensagens (API)
connector-telegram-about = Os clientes escrevem para seu bot. Arquivos, respostas, edições e reações vão nos dois sentidos. O Telegram não informa quando uma mensagem é entregue ou lida.
connector-whatsapp-about = Os clientes escrevem para seu número do WhatsApp Business. É possível escrever livremente por 24 horas após a última mensagem do cliente; depois, só com um modelo aprovado.
connector-webchat-about = Uma janela de chat no seu site. Uma linha de código, sem cadastro para o cliente.
connector-custom-about = Para desenvolvedores: envie e receba mensagens pela API pública e webhooks assinados.

## Sources: list and page

sources-title = Fontes
sources-used = { $used } de { $limit } em uso
sources-add = Adicionar fonte
sources-empty-title = Ainda não há fontes
sources-empty-text = Uma fonte é um número, um bot ou um site em que os clientes escrevem para você. No funil ela aparece como a origem de um lead.
sources-col-name = Fonte
sources-col-messenger = App de mensagens
sources-col-pipeline = Funil
sources-col-state = Estado
sources-col-last-in = Última do cliente
sources-col-last-out = Última ao cliente
sources-col-failed = Falhas em 24 h
sources-default-mark = Padrão
sources-limit-reached = As { $limit } fontes estão em uso. Exclua uma de que não precise mais.
sources-pick-default = Não há fonte padrão. Chats sem fonte vão para o funil principal.
source-edit-name = Nome no { $crm }
source-edit-pipeline = Funil para novos leads
source-edit-pipeline-hint = Um novo chat aparece como lead em “Leads de entrada” deste funil.
source-edit-default = Fonte padrão
source-edit-default-hint = Recebe os chats que não têm fonte. “{ $name }” deixará de ser a padrão.
source-test = Testar fonte
source-test-passed =
    Teste concluído em { $ms } ms: { $steps ->
        [one] { $steps } passo
       *[other] { $steps } passos
    }.
source-test-failed = O teste parou no passo “{ $step }”: { $reason }
source-pause = Pausar fonte
source-pause-confirm =
    As mensagens de “{ $source }” serão recebidas e vão esperar. { $count ->
        [0] Nenhuma está esperando
        [one] { $count } mensagem está esperando
       *[other] { $count } mensagens estão esperando
    } agora.
source-resume = Ativar
source-reconnect = Conectar novamente
source-delete = Excluir fonte
source-delete-confirm =
    Excluir “{ $source }”? { $chats ->
        [0] Ela não tem chats
        [one] { $chats } chat fica no { $crm }, mas não recebe mais mensagens
       *[other] { $chats } chats ficam no { $crm }, mas não recebem mais mensagens
    }. { $waiting ->
        [0] Nenhuma mensagem está esperando
        [one] { $waiting } mensagem em espera vai para “Não entregues”
       *[other] { $waiting } mensagens em espera vão para “Não entregues”
    }.
source-deleted-in-crm = Esta fonte foi excluída no { $crm }. Os novos chats vão para a fonte padrão até você criá-la novamente.
source-create-again = Criar no { $crm } novamente
source-abilities = O que este app de mensagens aceita

## Why a source is in its state, and its one button

source-access-goes-out =
    { $waiting ->
        [one] { $waiting } mensagem em espera sai agora.
       *[other] { $waiting } mensagens em espera saem agora.
    }
source-access-saved = Salvo. { $messenger } aceita este acesso.
source-reason-access_refused = O app de mensagens não aceita mais o acesso salvo.
source-reason-credentials_erased = A integração foi desativada no { $crm }, então o acesso salvo ao app de mensagens foi apagado. Insira-o novamente; chats e configurações são mantidos.
source-reason-test_failed = O último teste falhou e nenhuma mensagem passou desde então.
source-reason-messenger_unreachable = O app de mensagens não responde. As mensagens esperam e são reenviadas automaticamente.
source-reason-webhook_suspended = Seu servidor falhou por 24 horas, então o Parom pausou a fonte. As mensagens esperam aqui, cada uma por 24 horas.
source-reason-deleted_in_crm = Alguém excluiu esta fonte no { $crm }. Os novos chats vão para a fonte padrão até você criá-la novamente.
source-reason-pipeline_archived = O funil dela está arquivado no { $crm }, então os novos leads não aparecem. Escolha outro.
source-reason-account_not_connected = A conta ainda não está conectada.
source-reason-account_access_lost = O { $crm } não aceita mais o acesso que concedeu. As mensagens continuam sendo entregues; as configurações não podem ser alteradas.
source-reason-account_unpaid = A conta do { $crm } não está paga.
source-reason-account_blocked = O { $crm } recusa todas as solicitações desta conta. As mensagens esperam.
source-reason-account_suspended = Esta conta está suspensa. As mensagens são recebidas e esperam.
source-reason-account_plan_ended = A assinatura do serviço terminou. As mensagens são recebidas e esperam.
source-reason-account_disconnected = A conta está desconectada. Nenhuma mensagem é entregue.
source-reason-channel_disconnected = O { $crm } desconectou o canal de chats. As fontes ficam.
source-reason-channel_misconfigured = O { $crm } não aceita a assinatura do Parom. O suporte já sabe; as mensagens esperam.
source-reason-channel_not_allowed = O canal de chats ainda não está aberto para esta conta. Peça ao suporte que a adicione.
source-action-test = Testar fonte
source-action-reconnect = Conectar novamente
source-action-resume = Ativar
source-action-restore = Criar no { $crm } novamente
source-action-choose_pipeline = Escolher um funil
source-action-allow_access = Autorizar novamente
source-action-connect_account = Conectar
source-action-pay = Pagar o { $crm }
source-action-support = Escrever ao suporte

## Testing a source

source-test-credentials = O app de mensagens aceita o acesso
source-test-webhook = As mensagens vão para o endereço certo
source-test-chat = O { $crm } abre um chat de teste sem lead
source-test-message = O { $crm } aceita uma mensagem de teste sem notificação
source-test-status = O { $crm } aceita um status de entrega
source-test-person = Parom (teste)
source-test-text = Este é um teste da conexão. Não precisa de resposta.

## Sources that are not ours

stray-own_default = O { $crm } criou a fonte “{ $name }” quando a integração foi instalada. Chats sem fonte vão para ela.
stray-own_default-fix = Deixe sua fonte padrão assumir o funil e os chats dela, ou remova-a.
stray-unknown = O { $crm } tem a fonte “{ $name }”, que o Parom não criou.
stray-unknown-fix = Se ninguém precisa dela, remova-a. Ou deixe sua fonte padrão assumir o funil dela.
stray-adopt = Assumir
stray-remove = Remover

## From one source to several

migration-title = De uma fonte para várias
migration-default_source = Uma fonte padrão
migration-default_source-todo = Escolha a fonte que substitui a linha anterior: ela recebe os chats que não têm fonte.
migration-bind_chats = Vincular os chats à sua fonte
migration-bind_chats-todo = Nada a fazer: cada chat é vinculado à sua fonte com a próxima mensagem.
migration-more_sources = Mais fontes
migration-more_sources-todo = Adicione o próximo número, bot ou site.

## Sources: further words of the pages

answer-yes = Sim
answer-no = Não
source-name-deleted = { $name } (excluída)
source-someone = alguém
source-tabs = Partes da fonte
source-tab-overview = Estado
source-tab-settings = Configurações
source-tab-design = Design
source-tab-access = Acesso
source-tab-shadow = Em paralelo com outro serviço
source-tab-test = Teste
source-danger = Pausar e excluir
source-pipeline-number = Funil { $id }
source-pipelines-as-of = Funis atualizados do { $crm } { $time }.
source-pipelines-away = O { $crm } ainda não enviou os funis. Todo o resto pode ser alterado; o funil fica como está.
source-edit-contact = Contato de um novo chat
source-edit-lead-origin = Salvar no lead de onde o cliente veio
source-edit-lead-origin-hint = Tags UTM, parâmetros de links e anúncios preenchem os campos de rastreamento vazios do lead. O resto vai para uma nota.
source-edit-new-chats = Novas conversas por hora, no máximo
source-edit-new-chats-hint = As demais conversas que os clientes começam nessa hora ficam retidas: nada delas chega ao { $crm } até que você as libere. Vazio: sem limite.
source-services = Serviços para WhatsApp
source-services-title = { $name }: serviços para WhatsApp
source-services-about = O que mais o { $crm } oferece para esta fonte. Use se o app de mensagens dela for o WhatsApp.
source-services-waba = WhatsApp oficial (WABA)
source-services-waba-hint = Os modelos desta fonte vão para análise e o { $crm } mostra a janela de tempo. A janela do canal precisa ser combinada com o { $crm }.
source-services-lists = Mensagens de lista
source-services-lists-hint = O Salesbot em { $crm } pode enviar listas para escolher.
source-services-numbers = Números para o botão em um site
source-services-numbers-hint = Um número por linha, com o nome que { $crm } mostra: +79005550101, Vendas
source-services-wrong = Cada linha começa com um número de telefone, depois uma vírgula e o nome: +79005550101, Vendas
contact-rule-leave = { $crm } escolhe o contato pelas próprias regras
contact-rule-link = Um novo chat é vinculado ao contato com o mesmo telefone ou e-mail
contact-rule-create = Antes de um novo chat é criado um contato
source-edit-default-first = Recebe os chats que não têm fonte.
source-to-enter-secret = Um token salvo não é mostrado novamente. Perdeu? Insira um novo nesta aba:
source-is-default = Esta é a fonte padrão. Para mudar, marque outra.
source-id-ours = ID no Parom
source-id-external = ID externo
source-id-crm = ID no { $crm }
source-held =
    { $count ->
        [one] { $count } mensagem espera
       *[other] { $count } mensagens esperam
    }, a mais antiga desde { $stamp }.
source-paused = “{ $source }” está pausada. As mensagens são recebidas e esperam.
source-resumed = “{ $source }” está ativada.
source-resume-nothing = Nenhuma mensagem está esperando. “{ $source }” é retomada na hora.
source-resume-choose = O que fazer com as mensagens em espera
source-resume-all =
    { $count ->
        [one] Enviar { $count } mensagem
       *[other] Enviar as { $count } mensagens
    }
source-resume-younger =
    { $hours ->
        [one] Enviar só as da última hora
       *[other] Enviar só as das últimas { $hours } horas
    }
source-resume-none = Não enviar nenhuma
source-resume-dropped = As mensagens que não forem enviadas vão para “Não entregues”; os atendentes veem isso no { $crm }.
source-deleted = “{ $source }” foi excluída.
source-restored = “{ $source }” foi criada novamente no { $crm }.
source-changed-settings = Alterado; os novos valores estão em “Acesso”
source-crm-away = O { $crm } não responde. Nada mudou e seus valores foram mantidos: tente novamente em um minuto.
source-refused-other = Foi recusado, nada mudou: { $reason }
source-refused-crm_refused = O { $crm } recusou, nada mudou: { $reason }
source-refused-crm_unpaid = O { $crm } não está pago e por isso recusa. Nada mudou e seus valores foram mantidos: pague no { $crm } e clique no botão novamente.
source-refused-crm_blocked = O { $crm } bloqueou esta conta. Nada mudou e seus valores foram mantidos: escreva ao suporte e clique no botão novamente quando o { $crm } der acesso.
source-refused-crm_limit = O { $crm } não aceita mais fontes para esta conta: { $reason }
source-refused-source_limit = Todas as fontes desta conta estão em uso. Exclua uma de que não precise mais.
source-refused-plan_kind = Seu plano não tem fontes deste tipo. Escreva ao suporte para mudá-lo.
source-refused-tenant_inactive = A conta não está ativa, então as fontes não podem ser alteradas. Abra “Conta do { $crm }”.
source-refused-channel_not_connected = O canal de chats não está conectado a esta conta. Abra “Conta do { $crm }”.
source-refused-deleted_in_crm = Alguém excluiu esta fonte no { $crm }. Primeiro crie-a lá novamente.
source-refused-not_deleted_in_crm = A fonte está no { $crm }: nada a criar.
source-refused-no_source = Ainda não há uma fonte que possa assumir. Adicione uma primeiro.
source-test-about = O Parom envia uma mensagem silenciosa por todas as etapas, em um chat à parte. Os clientes não recebem nada e ninguém é avisado.
source-test-step-failed = Falhou
sources-since = desde
sources-may-not = Um proprietário ou administrador pode alterar isto.
stray-adopted = Pronto: sua fonte assumiu e a do { $crm } foi removida.
stray-removed = A fonte foi removida do { $crm }.
ability-begins-known = Pode escrever primeiro só a clientes que já escreveram aqui e informaram o telefone
ability-receipts = Informa quando uma mensagem é entregue e lida
ability-delivered-on-accept = As mensagens aceitas pelo app de mensagens contam como entregues
ability-repeat-marked = Após uma queda de conexão as mensagens são repetidas com uma marca, para que o receptor as reconheça
ability-repeat-freely = Após uma queda de conexão nada chega duas vezes
ability-await-status = Após uma queda de conexão o Parom espera a confirmação do app de mensagens antes de enviar novamente
ability-resend-once = Após uma queda de conexão uma mensagem pode chegar duas vezes
ability-speed =
    { $count ->
        [one] Até { $count } mensagem por segundo
       *[other] Até { $count } mensagens por segundo
    }
ability-takes = Tipos de mensagem: { $kinds }
ability-takes-not = Ainda não aceita: { $kinds }
ability-takes-as = Converte: { $kinds }
ability-knows = Aceita: { $features }
ability-replaces = Enviado como texto: { $features }
ability-apart = Enviado em separado: { $features }
ability-lacks = Não aceita: { $features }
ability-name-captions = texto abaixo dos arquivos
ability-name-media_groups = arquivos enviados juntos
ability-name-buttons = botões
ability-name-lists = listas para escolher
ability-name-quotes = citações
ability-name-forwards = mensagens encaminhadas
ability-name-templates = modelos com seus valores
ability-name-comments = respostas a comentários
ability-name-reactions = reações
ability-name-typing = “está digitando”
ability-name-write_first = escrever primeiro
ability-name-edits = mensagens editadas
source-tab-appearance = Aparência
source-tab-hours = Horário
source-tab-before = Antes do chat
source-tab-after = Depois do chat
source-tab-languages = Idiomas
source-tab-install = Instalação
source-preview = Prévia
source-preview-question = Olá. Vocês entregam aos domingos?
source-preview-answer = Sim, das 10h às 18h.
source-languages-hint = Os visitantes veem os textos no idioma do navegador. Se falta um texto aqui, vale o das outras abas ou, se também não houver, o do Parom nesse idioma.
source-language-add = adicionar textos
source-language-written = { $count } de { $all } textos
source-preview-language = Idioma do visitante
widget-embed-nowhere-here = A lista de sites está vazia, então o chat não aparece em lugar nenhum. Adicione seu site acima.
source-sites = Verifique se funciona
source-sites-hint = Publique a linha, abra uma página do site e recarregue esta: aqui aparece quando o site carregou o chat pela última vez.
source-site-seen = último carregamento
source-site-unseen = nenhuma página carregou o chat ainda
source-install-gtm = Google Tag Manager
source-install-how-gtm = Nova tag → HTML personalizado, cole a linha, acionador “All Pages” e publique o contêiner.
source-install-tilda = Tilda
source-install-how-tilda = Site settings → More → HTML code for the head section, cole a linha e publique todas as páginas.
source-install-wordpress = WordPress
source-install-how-wordpress = Com um plugin de código para cabeçalho e rodapé: cole a linha em “Footer”. Ou coloque em footer.php do tema, antes de </body>.
source-install-bitrix = 1C-Bitrix
source-install-how-bitrix = Settings → Site templates → seu modelo: cole a linha em footer.php, antes de </body>, e limpe o cache.

## The source's page: how it is doing

source-failures = Últimas mensagens não entregues
source-failures-all = Todas as não entregues desta fonte
source-entrance = Onde os clientes escrevem
source-entrance-hint = Coloque o link no seu site e nas assinaturas de e-mail; imprima o QR code.
source-qr = QR code de { $link }
source-changes = Quem alterou o quê

## Ao lado de outro serviço

shadow-sees = O que ela vê
shadow-about = Recebe em paralelo com outro serviço, guarda o que recebe e compara. Não envia nada.
shadow-sees-questions = Vê o que os clientes escrevem, não o que o outro serviço responde.
shadow-sees-both = Vê o que os clientes escrevem e o que o outro serviço responde.
shadow-sees-nothing = Não vê nada até a troca: o app de mensagens entrega a um só receptor, e esse é o outro serviço.
shadow-row-questions = O que os clientes escrevem, com arquivos e edições
shadow-row-answers = O que o outro serviço responde
shadow-row-statuses = Se as respostas do outro serviço foram entregues e lidas
shadow-row-history = Mensagens de antes de adicionar a fonte
shadow-days = Mensagens por dia
shadow-days-hint = Escolha um dia (UTC) para compará-lo com o { $crm }.
shadow-nothing = Ainda não recebeu nada.
shadow-compared = { $day }, comparado com o { $crm }
shadow-in-crm = No { $crm }
shadow-on-both = Nos dois lados
shadow-how = O { $crm } mostra ao Parom os chats de outros serviços só como eventos: hora, direção e contato, sem texto nem linha. As mensagens formam um par se há no máximo dois minutos entre elas, então entre as que faltam aqui pode haver outras linhas desse serviço.
shadow-cut = O dia tem mais mensagens do que as comparadas, aqui ou no { $crm }.
shadow-missing-here = Faltam aqui
shadow-missing-in-crm = Faltam no { $crm }
shadow-differences = Diferenças
shadow-none = Nenhuma.
shadow-chats = Chats do dia
shadow-chats-hint = Se a fonte funcionasse, os novos leads iriam para { $pipeline }. Sem contato: o { $crm } não tem nenhum com o telefone ou e-mail do cliente, ou mais de 30 clientes escreveram nesse dia.
shadow-pipeline-main = o funil principal
shadow-pipeline-named = o funil “{ $pipeline }”
shadow-col-day = Dia
shadow-col-seen = Vistas
shadow-col-time = Hora
shadow-col-direction = Direção
shadow-col-contact = Contato no { $crm }
shadow-col-origin = Canal
shadow-col-answer = Responder agora
shadow-answer-text = livremente
shadow-answer-until = livremente até
shadow-answer-template = só com um modelo
shadow-answer-nothing = só depois que o cliente escrever novamente
shadow-templates = Modelos que poderiam ser enviados: { $names }
shadow-templates-none = Nenhum modelo do número poderia ser enviado ainda.
