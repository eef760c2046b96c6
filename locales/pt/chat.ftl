# Machine-made: no native has read it yet.

## Web chat for customers

chat-title = Fale conosco
chat-greeting = Olá! Como podemos ajudar?
chat-placeholder = Sua mensagem
chat-send = Enviar
chat-attach = Anexar arquivo
chat-attach-limit = Arquivos de até { $size }
chat-file-too-big = “{ $file }” tem { $size } e o máximo é { $limit }. Envie um arquivo menor ou um link.
chat-file-kind = Arquivos deste tipo não podem ser enviados aqui.
chat-file-empty = “{ $file }” está vazio.
chat-file-most = No máximo { $count } arquivos de uma vez.
chat-file-too-large = Não enviado: o arquivo é grande demais
chat-file-none = Não enviado: escolha um arquivo primeiro.
chat-file-remove = Remover { $file }
chat-files = Arquivos a enviar
chat-camera = Tirar uma foto
chat-smileys = Emoji
chat-state-sending = Enviando…
chat-state-sent = Enviada
chat-state-read = Lida
chat-new = Nova
chat-status-online = Online
chat-status-minutes = Costumamos responder em minutos
chat-status-hour = Costumamos responder em até uma hora
chat-status-day = Costumamos responder no mesmo dia
chat-status-away = Ausentes · deixe uma mensagem
chat-status-back =
    Voltamos { $day ->
        [today] hoje
        [tomorrow] amanhã
        [mon] na segunda
        [tue] na terça
        [wed] na quarta
        [thu] na quinta
        [fri] na sexta
        [sat] no sábado
       *[sun] no domingo
    } às { $time }
chat-state-failed = Não enviada
chat-send-again = Enviar novamente
chat-typing = { $name } está digitando…
chat-new-messages =
    { $count ->
        [one] { $count } mensagem nova
       *[other] { $count } mensagens novas
    }
chat-offline = Sem internet. Continue escrevendo: as mensagens serão enviadas quando a conexão voltar.
chat-reconnecting = Conectando…
chat-reconnected = Conectado novamente
chat-unsent =
    { $count ->
        [one] { $count } mensagem será enviada quando a conexão voltar
       *[other] { $count } mensagens serão enviadas quando a conexão voltar
    }
chat-paused = Responderemos um pouco mais tarde: o chat está sendo configurado. Sua mensagem está salva.
chat-closed = Este chat está encerrado. Fale conosco por outro meio.
chat-too-fast =
    Muitas mensagens seguidas. Espere { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }.
chat-today = Hoje
chat-yesterday = Ontem
chat-no-script = As respostas ao vivo precisam de JavaScript. Sem ele, clique em “Atualizar” para ver a resposta.
chat-messages = Mensagens
chat-you = Você
chat-employee = Equipe
chat-visitor = Visitante do site { $code }
chat-refresh = Atualizar
chat-empty = Não enviada: a mensagem está vazia.
chat-too-long = Não enviada: a mensagem tem mais de 4096 caracteres. Envie em partes.
chat-conflict = Ainda não enviada: esta página está desatualizada. Clique em “Enviar” mais uma vez.
chat-cookies = Este chat precisa de um cookie para reconhecer você. Permita cookies nesta página e recarregue.
chat-open = Abrir o chat
chat-minimise = Minimizar o chat
chat-sound-off = Desativar o som
chat-sound-on = Ativar o som
chat-dismiss = Fechar
chat-privacy = As mensagens são guardadas por { $company }.
chat-away = No momento não estamos. Deixe uma mensagem e responderemos no horário de atendimento.
chat-about-you = Sobre você
chat-ask-name = Seu nome
chat-ask-phone = Telefone
chat-ask-email = E-mail
chat-optional = { $label } (opcional)
chat-required = Necessário para enviar sua mensagem.
chat-rating = O que achou da nossa resposta?
chat-rating-bad = Ruim
chat-rating-fair = Regular
chat-rating-good = Boa
chat-rating-comment = Deixe um comentário
chat-rating-thanks = Obrigado
chat-consent-needed = Não enviada: o chat precisa primeiro do seu consentimento.
chat-wrong-phone = Escreva o número com o código do país: +55 11 91234‑5678.
chat-phone-extra = Escreva um só número. O ramal, na mensagem.
chat-wrong-email = Escreva um e-mail, por exemplo ana@example.com.
chat-typing-unnamed = Alguém está digitando…
chat-forwarded = Encaminhada
chat-reply = Responder
chat-edit = Editar
chat-voice = Gravar uma mensagem de voz
chat-voice-recording = Gravando
chat-voice-denied = Sem acesso ao microfone. Permita o uso nesta página e tente novamente.
chat-voice-play = Ouvir
chat-voice-pause = Pausar
chat-react = Reagir
chat-choose = Escolher
chat-map = Ver no mapa
chat-full = Não enviada: no momento não aceitamos novas mensagens aqui. Fale conosco por outro meio.
chat-files-enough = Não enviado: hoje não aceitamos mais arquivos aqui. Envie um link.
chat-mail = Receber a resposta por e-mail
chat-mail-sent = Abra o link que enviamos ao seu e-mail para confirmar o endereço.
chat-mail-limit = Não foi enviado: muitos e-mails para este endereço ou daqui. Tente mais tarde.
chat-mail-first = Escreva uma mensagem primeiro.
chat-mail-on = Pronto. As respostas que você não vir no chat chegarão por e-mail.
chat-mail-back = Voltar ao chat
chat-mail-dead = Este link expirou. Peça novamente no chat as respostas por e-mail.
chat-mail-another = Este link abre outra conversa, não a deste navegador. Quem enviou o link lerá o que você escrever nela. Ela começa assim:
chat-mail-open = Este link abre uma conversa que começa assim. Se não for sua, feche esta página: quem enviou o link lerá o que você escrever nela.
chat-mail-open-yes = Abrir esta conversa
chat-mail-stay = Ficar na minha conversa
chat-mail-confirm = Receber por e-mail as respostas do chat “{ $title }” que você não vir no chat?
chat-mail-confirm-yes = Sim, enviar
chat-mail-end = Parar de receber por e-mail as respostas do chat “{ $title }”?
chat-mail-end-yes = Não enviar mais
chat-mail-ended = Você não receberá mais e-mails deste chat.
chat-mail-file = Um arquivo: { $name }
chat-mail-subject = Resposta no chat “{ $title }”
chat-mail-letter =
    Você recebeu uma resposta no chat “{ $title }”.
    { $answers }
    Continuar no chat: { $back }
    O link abre o seu chat sem senha e funciona por { $count ->
        [one] { $count } dia
       *[other] { $count } dias
    }. Não o encaminhe.
    Parar de receber estes e-mails: { $end }
chat-transcript = Enviar este chat para o meu e-mail
chat-transcript-sent = O chat está a caminho do seu e-mail.
chat-transcript-subject = Seu chat “{ $title }”
chat-transcript-letter =
    Seu chat “{ $title }”:

    { $lines }

    Continuar no chat: { $back }
    O link abre o seu chat sem senha e funciona por { $count ->
        [one] { $count } dia
       *[other] { $count } dias
    }. Não o encaminhe.

    Não receber mais e-mails deste chat: { $end }
chat-mail-confirm-subject = Confirme o seu e-mail para o chat “{ $title }”
chat-mail-confirm-letter =
    Alguém pediu para receber neste endereço as respostas do chat “{ $title }”. Confirme: { $url }
    O link funciona por um dia.
    Se não foi você, ignore este e-mail: nada mais será enviado.
