# Machine-made: no native has read it yet.

## Widget: settings window

widget-empty = Conecte um app de mensagens ou seu site: as mensagens chegam ao { $crm } e você responde por lá.
widget-summary = { $used } de { $limit }
widget-add-source = Adicionar fonte
widget-open-panel = Abrir o painel
widget-design = Personalizar o chat
widget-sign-in-title = Entrar no Parom
widget-login = Usuário
widget-password = Senha
widget-sign-in = Entrar e conectar
widget-wrong-credentials = O usuário ou a senha não conferem. Verifique o idioma do teclado e o Caps Lock.
widget-too-many-tries = Tentativas demais. A próxima será possível { $time }.
widget-wrong-account = Esta janela é de outra conta do { $crm }. Recarregue a página e entre novamente.
widget-provisioning = O { $crm } acabou de instalar a integração. O Parom está terminando a configuração. Esta janela se atualiza sozinha.
widget-not-admin = Você pode ver as fontes. Um administrador da conta do { $crm } pode alterá-las: { $admins }.
widget-no-connection = O Parom não responde. Suas mensagens não são afetadas. A janela tentará novamente { $time }.
widget-removing =
    Ao desativar a integração, as mensagens param na hora. { $sources ->
        [one] { $sources } fonte e seus chats ficam
       *[other] { $sources } fontes e seus chats ficam
    } no { $crm }.
card-title = Chats deste contato
card-no-chats = Este contato ainda não tem chats no Parom.
card-last-failure = Última falha { $time }: { $reason }
card-where = Onde está minha mensagem?
card-window-left =
    É possível escrever livremente por mais { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
card-window-over = O tempo para escrever livremente acabou. Envie um modelo aprovado.
card-window-wait = O tempo para escrever livremente acabou. Você poderá responder quando o cliente escrever novamente.

## Widget: words for moderation and amoMarket

widget-short-description = Apps de mensagens e chat do site no card do lead
widget-description = As mensagens dos clientes chegam dos apps de mensagens e do seu site ao card do lead, e as respostas voltam. Até 50 fontes, cada uma com seu funil.
widget-tour-description = Adicione uma fonte, escolha o funil e envie uma mensagem de teste. Cada mensagem mostra onde está.
widget-setting-state = Conexão

## Widget: further sentences

widget-connect = Conectar
widget-allow-again = Autorizar novamente
widget-provisioning-late = O { $crm } não avisou o Parom da instalação. Clique em “Conectar” e permita o acesso: depois tudo continua sozinho.
widget-embed-nowhere = O chat aparece só nos sites da lista, e a lista está vazia. Abra o painel e adicione seu site em “Instalação”.
widget-not-installed = Clique em “Instalar” para que o Parom crie fontes e entregue mensagens no { $crm }. Depois tudo continua sozinho.
widget-not-admin-unnamed = Você pode ver as fontes. Um administrador da conta do { $crm } pode alterá-las.
widget-privacy = Política de privacidade
widget-consent = Aceito o tratamento das mensagens e dos contatos desta conta conforme o acordo
widget-consent-agreement = Acordo de tratamento de dados
widget-consent-give = Confirmar
widget-no-answer = O Parom não respondeu. Não se sabe se a alteração foi salva: confira a lista antes de repetir.
widget-unexpected = O Parom não conseguiu fazer isto. Nada mudou.
widget-popup-blocked = O navegador bloqueou a nova aba. Abra por este link:
widget-source-gone = Esta fonte não está no Parom. Talvez tenha sido excluída.
widget-pipeline-main = Padrão: o funil principal
widget-created = “{ $source }” foi criada. Teste antes de passar aos clientes.
widget-write-first = Escreva você primeiro: sua mensagem chega ao { $crm } como a de um cliente.
widget-deleted = “{ $source }” foi excluída.
widget-testing = Teste em andamento, costuma levar alguns segundos…
widget-stray-adopt = Assumir
widget-stray-remove = Remover do { $crm }
widget-resume-nothing = Ativar “{ $source }”? Nenhuma mensagem está esperando.
widget-resume-held =
    Ativar “{ $source }”? { $count ->
        [one] { $count } mensagem está esperando, a mais antiga chegou { $time }
       *[other] { $count } mensagens estão esperando, a mais antiga chegou { $time }
    }.
widget-resume-all = Entregar todas
widget-resume-drop =
    Não entregar as de mais de { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
time-in-seconds =
    { $count ->
        [one] em { $count } segundo
       *[other] em { $count } segundos
    }
widget-more-settings = Mais configurações
widget-kind-change = Escolher outro
widget-consent-says = O acesso é dado na página do próprio app de mensagens, a partir do painel em uma nova aba. Não há nada para copiar.
widget-consent-waits = Continue na nova aba. Esta janela mostra a fonte assim que ela estiver conectada.

### Passos do Salesbot

salesbot-step-ask = Perguntar no app de mensagens e esperar
salesbot-step-ask-text = Pergunta
salesbot-step-ask-buttons = Botões, separados por ;
salesbot-step-ask-hours = Horas de espera pela resposta (até 720)
salesbot-step-window = O cliente está dentro da janela?
salesbot-step-template = Enviar um modelo ou então
salesbot-step-template-template = Modelo: nome ou número
salesbot-step-template-values = Valores dos campos, separados por ;
salesbot-step-template-text = Texto enquanto mensagens livres são permitidas (em vez do modelo)
salesbot-exit-answered = O cliente respondeu
salesbot-exit-timed_out = Sem resposta a tempo
salesbot-exit-refused = Não enviado
salesbot-exit-within = Mensagens livres são permitidas
salesbot-exit-outside = Só é possível enviar um modelo
salesbot-exit-no_chat = Não há conversa
salesbot-exit-sent = Enviado
